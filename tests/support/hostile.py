"""The one list of hostile strings; every place that shows a text is tested with all of them."""

HOSTILE = [
    "<script>window.pwned = 1</script>",
    "</script><script>window.pwned = 2</script>",
    '"><img src=x onerror="window.pwned = 3">',
    "<svg onload=window.pwned=4>",
    "javascript:window.pwned=5",
    "<a href='javascript:window.pwned=6'>click</a>",
    "<!-- <script> ]]> --!>",
    "$x^2$ and \\(y\\) and $$\\href{javascript:window.pwned=7}{z}$$",
    "%{customdata[0]} %{x} {{ template }} ${expr}",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b]8;;http://example.invalid\x1b\\link\x1b]8;;\x1b\\",
    '=HYPERLINK("http://example.invalid")',
    "\u202egnirts desrever\u202c \u2066isolated\u2069",
    "NUL\x00 and \x08 backspace and \u2028 line separator",
    "& &amp; &lt;b&gt; \u0026 'single' \"double\" `tick`",
    "[link](javascript:window.pwned=8) **bold** # heading | cell",
    "العربية עברית 日本語 한국어 🧪👩‍🔬 é",
    "a" * 600,
    "\ud800 lone surrogate",
    "\\frac{1}{0} $\\unclosed",
    "' OR 1=1 --",
]
