//! The page in HTML: one file that needs no other.

use std::fmt::Write as _;

use super::blocks::{Block, Span, Table, blocks, spans};
use super::page::Report;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#16202b;background:#fff;max-width:72rem;\
margin:2rem auto;padding:0 1rem}h1,h2,h3{line-height:1.2}figure{margin:1rem 0}svg{max-width:100%;height:auto}\
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;margin:1rem 0}\
th,td{padding:.25rem .6rem;text-align:right;vertical-align:bottom;white-space:nowrap}\
th{white-space:normal}th:first-child,td:first-child{text-align:left}thead{border-top:2px solid;border-bottom:1px solid}\
tbody{border-bottom:2px solid}tbody tr:nth-child(even){background:#f2f5f8}code{background:#f2f5f8}";

/// The page as HTML, with the plots in it.
pub fn html(report: &Report) -> String {
    let mut body = String::new();
    let mut title = String::from("Results");
    for block in blocks(&report.page) {
        // Writing to a string cannot fail.
        let _ = match block {
            Block::Heading(level, text) => {
                if level == 1 {
                    title.clone_from(&text);
                }
                writeln!(body, "<h{level}>{}</h{level}>", inline(&text))
            }
            Block::Paragraph(text) => writeln!(body, "<p>{}</p>", inline(&text)),
            Block::List(items) => {
                let items: String = items.iter().map(|item| format!("<li>{}</li>", inline(item))).collect();
                writeln!(body, "<ul>{items}</ul>")
            }
            Block::Table(table) => writeln!(body, "{}", rows(&table)),
            Block::Picture(alt, file) => {
                let name = file.rsplit('/').next().unwrap_or(&file);
                match report.plots.iter().find(|(plot, _)| plot == name) {
                    Some((_, svg)) => {
                        writeln!(body, "<figure role=\"img\" aria-label=\"{}\">{svg}</figure>", escaped(&alt))
                    }
                    None => writeln!(body, "<img src=\"{}\" alt=\"{}\">", escaped(&file), escaped(&alt)),
                }
            }
        };
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        escaped(&title)
    )
}

fn rows(table: &Table) -> String {
    let line = |tag: &str, cells: &[String]| {
        let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", inline(cell))).collect();
        format!("<tr>{cells}</tr>")
    };
    let body: String = table.lines.iter().map(|cells| line("td", cells)).collect();
    let head = line("th", &table.columns);
    format!("<div class=\"wide\" tabindex=\"0\"><table><thead>{head}</thead><tbody>{body}</tbody></table></div>")
}

fn inline(text: &str) -> String {
    let one = |span: &Span<'_>| match span {
        Span::Text(text) => escaped(text),
        Span::Emphasis(text) => format!("<em>{}</em>", escaped(text)),
        Span::Strong(text) => format!("<strong>{}</strong>", escaped(text)),
        Span::Code(text) => format!("<code>{}</code>", escaped(text)),
        Span::Link(text, address) => format!("<a href=\"{}\">{}</a>", escaped(address), escaped(text)),
    };
    spans(text).iter().map(one).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_plots_are_in_the_page() {
        let report = Report {
            page: "# a <b>\n\n*c* & \"d\"\n\n| x | y |\n| --- | --- |\n| 1 | <2 |\n\n![plot](plots/p.svg)\n".into(),
            plots: vec![("p.svg".into(), "<svg></svg>".into())],
        };
        let page = html(&report);
        let parts = ["<title>a &lt;b&gt;</title>", "<em>c</em> &amp; &quot;d&quot;", "<td>&lt;2</td>", "<svg></svg>"];
        assert!(parts.iter().all(|part| page.contains(part)), "{page}");
    }
}
