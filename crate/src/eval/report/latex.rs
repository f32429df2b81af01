//! The tables of the page in LaTeX, with the lines of the package booktabs, as wide as the text at most.

use std::fmt::Write as _;

use super::blocks::{Block, Span, Table, blocks, spans};

/// Columns that fit into one column of a paper.
const NARROW: usize = 5;

/// All tables of a page, each with its headings and the paragraph above it as caption.
pub fn latex(page: &str) -> String {
    let mut all = String::from("% Written by `ciasa eval report`. Needs \\usepackage{booktabs,graphicx}.\n");
    let (mut headings, mut above, mut count) = ([String::new(), String::new()], String::new(), 0);
    for block in blocks(page) {
        match block {
            Block::Heading(level, text) => {
                match level {
                    3 => headings[1] = text,
                    _ => headings = [text, String::new()],
                }
                above.clear();
            }
            Block::Paragraph(text) => above = text,
            Block::Table(table) => {
                count += 1;
                let words = [&headings[0], &headings[1], &above].into_iter().filter(|word| !word.is_empty());
                let caption = words.map(|word| word.trim_end_matches([':', '.'])).collect::<Vec<_>>().join(". ");
                // Writing to a string cannot fail.
                let _ = write!(all, "\n{}", environment(&table, &caption, count));
            }
            Block::List(_) | Block::Picture(..) => {}
        }
    }
    all
}

fn environment(table: &Table, caption: &str, number: usize) -> String {
    let line = |cells: &[String]| format!("{} \\\\\n", cells.iter().map(|c| inline(c)).collect::<Vec<_>>().join(" & "));
    let align = format!("l{}", "r".repeat(table.columns.len().saturating_sub(1)));
    let body: String = table.lines.iter().map(|cells| line(cells)).collect();
    // Across both columns of a paper.
    let float = if table.columns.len() > NARROW { "table*" } else { "table" };
    format!(
        "\\begin{{{float}}}\n\\centering\n\\small\n\\caption{{{}.}}\n\\label{{tab:ciasa-{number}}}\n\
         \\resizebox{{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}}{{!}}{{%\n\
         \\begin{{tabular}}{{{align}}}\n\\toprule\n{}\\midrule\n{body}\\bottomrule\n\\end{{tabular}}}}\n\
         \\end{{{float}}}\n",
        inline(caption),
        line(&table.columns)
    )
}

fn inline(text: &str) -> String {
    let one = |span: &Span<'_>| match span {
        Span::Text(text) | Span::Link(text, _) => escaped(text),
        Span::Emphasis(text) => format!("\\emph{{{}}}", escaped(text)),
        Span::Strong(text) => format!("\\textbf{{{}}}", escaped(text)),
        Span::Code(text) => format!("\\texttt{{{}}}", escaped(text)),
    };
    spans(text).iter().map(one).collect()
}

/// The characters that LaTeX takes as commands.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '%' | '&' | '_' | '#' | '$' | '{' | '}' => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_its_rules_its_caption_and_no_bare_command() {
        let page = "## Table I\n\n### a_b\n\nTen clips.\n\n| e | hit, % |\n| --- | --- |\n| e=3% | 66.7 [21, 94] |\n";
        let tex = latex(page);
        let lines = [
            "\\caption{Table I. a\\_b. Ten clips.}",
            "\\begin{tabular}{lr}",
            "\\toprule",
            "e & hit, \\% \\\\",
            "\\midrule",
            "e=3\\% & 66.7 [21, 94] \\\\",
            "\\bottomrule",
        ];
        let places: Vec<_> = lines.iter().map(|line| tex.find(line)).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{tex}");
    }
}
