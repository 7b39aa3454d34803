// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace vernier {

/// What the pages of all reports look like; each page adds what it alone has.
inline constexpr const char* kPageStyle = R"(
:root{color-scheme:light}
body{margin:0;background:#fff;color:#1d2433;font:13px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
main{width:1128px;margin:0 auto;padding:28px 36px}
h1{font-size:22px;line-height:1.3;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:13px}
.sub{color:#697386;font-size:12px;margin:0;overflow-wrap:anywhere}
svg{display:block}
.label{font-size:12px;fill:#4b5565}.figure{font:11.5px ui-monospace,"DejaVu Sans Mono",monospace;fill:#1d2433;white-space:pre}
table{border-collapse:collapse;width:100%;font-size:12px}
th{color:#697386;font-weight:400;font-size:11px;text-align:right;border-bottom:1px solid #d9dde3;padding:4px 8px}
td{text-align:right;padding:5px 8px;border-bottom:1px solid #eef0f3;font-variant-numeric:tabular-nums}
td.text,th.text{text-align:left}
@page{size:A4 landscape;margin:8mm}
)";

}  // namespace vernier
