/** How what is printed looks: a sheet on screen, A4 with page numbers on paper. No font is fetched. */
export const SHEET_STYLE = `
:root{--ink:#111;--soft:#555;--line:#777;--seal:#b3261e}
*{box-sizing:border-box}
html{background:#e7e9ed}
body{margin:0;font:16px/1.75 "FangSong","STFangsong","FangSong_GB2312","Noto Serif CJK SC","Noto Serif SC","SimSun",serif;color:var(--ink)}
.sheet{max-width:820px;margin:24px auto;padding:72px 76px;background:#fff;box-shadow:0 1px 6px rgba(0,0,0,.25)}
h1{font:700 27px/1.45 "STZhongsong","Noto Serif CJK SC","SimSun",serif;text-align:center;margin:0 0 10px;text-wrap:balance}
h2{font:700 17px/1.6 "SimHei","Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:18px 0 4px;break-after:avoid}
p{margin:0;text-indent:2em;text-align:justify;overflow-wrap:anywhere}
.id{text-align:center;font-size:13px;color:var(--soft);text-indent:0;margin:0 0 20px}
table{width:100%;border-collapse:collapse;font-size:13px;line-height:1.5;table-layout:fixed;margin:4px 0 12px}
th,td{border:1px solid var(--line);padding:3px 6px;vertical-align:top;overflow-wrap:anywhere;text-align:left}
th{font-family:"SimHei","Noto Sans CJK SC",sans-serif;background:#f0f1f3;text-align:center}
tr{break-inside:avoid}
thead{display:table-header-group}
.foot{margin-top:20px;font-size:12px;color:var(--soft);text-indent:0}
@media (max-width:700px){.sheet{margin:0;padding:24px 18px;box-shadow:none}}
@page{size:A4;margin:24mm 22mm 22mm 24mm;@bottom-center{content:"第 " counter(page) " 页　共 " counter(pages) " 页";font:9pt "SimSun","Noto Serif CJK SC",serif}}
@media print{html{background:none}body{font-size:12pt;line-height:1.7}.sheet{max-width:none;margin:0;padding:0;box-shadow:none}h1{font-size:20pt}h2{font-size:12.5pt}table{font-size:9pt}th,td{padding:2pt 4pt}.id{font-size:9pt}th{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`

/** The printed agreement besides. */
export const PAPER_STYLE = `${SHEET_STYLE}h3{font:700 16px/1.6 "SimHei","Noto Sans CJK SC","Microsoft YaHei",sans-serif;margin:14px 0 6px;break-after:avoid}
code{font-family:"Noto Sans Mono CJK SC","Consolas",ui-monospace,monospace;font-size:.86em;overflow-wrap:anywhere}
.notice{border:1.5px solid var(--seal);color:var(--seal);padding:6px 12px;margin:0 0 18px;text-indent:0;text-align:center;font-weight:700}
.parties{margin:0 0 14px;padding:0;list-style:none}
.parties li{display:grid;grid-template-columns:6em minmax(0,1fr);margin:2px 0}
.parties small{display:block;color:var(--soft);font-size:13px;line-height:1.5}
article p.verbatim{white-space:pre-wrap}
td.no,td.days{text-align:center}
.annex{padding-top:8px}
.signed+.annex{break-before:page}
.annex h2{font-size:19px;text-align:center;margin-top:0}
.signatures{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:20px 28px;margin-top:12px}
.signatures>section{break-inside:avoid;border-top:1.5px solid var(--ink);padding-top:8px;min-height:190px}
.signatures p{text-indent:0;text-align:left}
.signatures .organ{font-weight:700}
.signatures .blank{color:var(--soft)}
.signatures dl{margin:6px 0 0;font-size:12px;line-height:1.5}
.signatures dt{color:var(--soft)}
.signatures dd{margin:0 0 2px}
.unsigned{color:var(--seal)}
@media (max-width:700px){.signatures{grid-template-columns:1fr}}
@media print{h3{font-size:12.5pt}.annex h2{font-size:15pt}.signatures dl{font-size:8.5pt}.signatures>section{min-height:48mm}.notice{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
`
