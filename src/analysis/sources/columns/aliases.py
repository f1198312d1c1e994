"""The alias table: under which names a column of the input is known.

Names are compared without case, accents, spaces, underscores and punctuation, so that `Arxiv ID`,
`arxiv_id` and `arxivId` are one. If two columns of an input match one name, the alias that comes
first here wins and the other column is kept unchanged.
"""

from __future__ import annotations

ALIASES: dict[str, tuple[str, ...]] = {
    standard: tuple(names.split())
    for standard, names in {
        "title": """title paper_title article_title document_title item_title primary_title
            display_name titel titre título titolo títol titlu titulek otsikko judul cím 标题 題名
            题名 篇名 title_题名 論文名 論文標題 論文題目 標題 表題 タイトル 제목 논문명 논문제목
            название
            заголовок заглавие назва tytuł başlık makale_adı τίτλος titel_der_arbeit
            titre_de_l_article título_del_artículo título_do_artigo titolo_articolo""",
        "abstract": """abstract summary abstract_text paper_abstract abstract_note description
            zusammenfassung kurzfassung kurzbeschreibung inhaltsangabe abstrakt résumé resumen
            resumo riassunto sommario resum rezumat abstrakti tiivistelmä samenvatting
            sammanfattning sammendrag souhrn összefoglaló abstrak ringkasan 摘要
            summary_摘要 文摘 抄録 要旨 要約 アブストラクト 초록 요약 аннотация реферат резюме
            анотація
            streszczenie özet öz περίληψη""",
        "arxiv_id": "arxiv_id arxiv arxiv_number arxiv_identifier eprint",
        "id": """id paper_id acl_id anthology_id openalex_id publication_id lens_id pmid corpus_id
            eid identifier uid ut_unique_wos_id key""",
        "doi": "doi doi_url item_doi doi_link",
        "published": """published published_at publication_date date_published published_date
            date_of_publication pub_date date day submitted submitted_date submission_date
            online_date issue_date issued datum veröffentlichungsdatum erscheinungsdatum
            publikationsdatum veröffentlicht_am date_de_publication date_de_parution
            date_publication
            fecha fecha_de_publicación fecha_publicación data_de_publicação data_di_pubblicazione
            data_pubblicazione data_publicação data_de_publicació publicatiedatum publiceringsdatum
            publiceringsdag utgivelsesdato udgivelsesdato publikationsdato dato julkaisupäivä
            päivämäärä data_publikacji datum_vydání datum_publikace megjelenés_dátuma дата
            дата_публикации дата_издания дата_публікації 日期 出版日期 发表日期 发表时间 发布日期
            出版时间
            發表日期 日付 発行日 出版日 公開日 発行年月 発行年月日 날짜 발행일 게재일 출판일
            발행일자 tarih
            yayın_tarihi yayım_tarihi tanggal tanggal_terbit ημερομηνία data""",
        "published_precision": "published_precision",
        "year_month": "year_month publication_month month_published",
        "year": """year publication_year pub_year py year_published year_of_publication jahr
            erscheinungsjahr publikationsjahr veröffentlichungsjahr année année_de_publication
            année_de_parution año año_de_publicación año_publicación ano_de_publicação
            ano_publicação anno anno_di_pubblicazione anno_pubblicazione any an 年 年份 年度 year_年
            出版年 出版年份 发表年份 発行年 год год_издания год_публикации рік рік_видання rok
            rok_wydania rok_vydání jaar publicatiejaar jaar_van_publicatie år utgivningsår
            publiceringsår utgivelsesår udgivelsesår vuosi julkaisuvuosi év 연도 년도 발행연도
            발행년도
            출판연도 yıl yayın_yılı tahun tahun_terbit έτος""",
        "month": """month monat mois mes mese maand månad måned kuukausi miesiąc měsíc месяц
            місяць 月 月份 월 ay bulan μήνας publikationsmonat erscheinungsmonat""",
        "early_access": "early_access early_access_date",
        "listed": "listed featured submitted_on_daily_at listed_at featured_at date_listed",
        "url": """url link paper_url landing_page_url abs_url arxiv_url pdf_url pdf_link
            source_linkout external_url dimensions_url""",
    }.items()
}
"""Standard name -> the column names that mean it, best first."""

WOS_TAGS = {
    "TI": "title",
    "AB": "abstract",
    "DI": "doi",
    "UT": "id",
    "PY": "year",
    "PD": "month",
    "ID": "keywords_plus",
    "DE": "keywords",
    "AU": "authors",
    "SO": "venue",
    "DT": "document_type",
    "EA": "early_access",
    "DA": "export_date",
}
"""Column names of Web of Science's tab-delimited export, and of bibliometrix."""

EXPORTERS: dict[str, frozenset[str]] = {
    "wos-csv": frozenset(("pt", "ti", "ut")),
    "wos-excel": frozenset(("articletitle", "utuniquewosid")),
    "bibliometrix-csv": frozenset(("au", "ti", "so", "py")),
    "springer-csv": frozenset(("itemtitle", "itemdoi")),
    "scopus-csv": frozenset(("title", "sourcetitle", "eid")),
    "ieee-csv": frozenset(("documenttitle", "publicationtitle")),
    "dimensions-csv": frozenset(("publicationid", "title", "pubyear")),
    "lens-csv": frozenset(("lensid", "title")),
    "pubmed-csv": frozenset(("pmid", "title", "journalbook")),
    "zotero-csv": frozenset(("itemtype", "title", "publicationtitle")),
}
"""Services whose CSV is recognised by these column keys; their exports may lack the abstracts."""

EXPORT_KEYS = frozenset(("exportdate", "dateofexport", "dateexported", "exportedon"))
"""Keys of columns that say when a row was exported."""
