"""Tables: delimited text, Parquet, Excel workbooks, and what exports of services share."""
