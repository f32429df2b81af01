//! The page's Markdown as blocks, for the pages in HTML and the tables in LaTeX. Only what the report writes is known:
//! headings, paragraphs, lists, tables, pictures, emphasis, code and links.

/// A part of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading and its level, 1 to 3.
    Heading(usize, String),
    /// A paragraph.
    Paragraph(String),
    /// A list.
    List(Vec<String>),
    /// A table.
    Table(Table),
    /// A picture: its description and its file.
    Picture(String, String),
}

/// A table of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Heads of the columns.
    pub columns: Vec<String>,
    /// Lines of cells.
    pub lines: Vec<Vec<String>>,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Span<'a> {
    /// Plain text.
    Text(&'a str),
    /// `*emphasis*`.
    Emphasis(&'a str),
    /// `**strong**`.
    Strong(&'a str),
    /// Code between backquotes.
    Code(&'a str),
    /// `[text](address)`.
    Link(&'a str, &'a str),
}

/// The blocks of a page.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for part in markdown.split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.is_empty()) {
        let mut text: Vec<&str> = Vec::new();
        let mut lines = part.lines().peekable();
        while let Some(line) = lines.next() {
            let level = line.bytes().take_while(|b| *b == b'#').count();
            let block = if (1..=3).contains(&level) && line[level..].starts_with(' ') {
                Block::Heading(level, line[level..].trim().to_owned())
            } else if let Some((alt, file)) =
                line.strip_prefix("![").and_then(|l| l.strip_suffix(')')?.split_once("]("))
            {
                Block::Picture(alt.to_owned(), file.to_owned())
            } else if line.starts_with("| ") {
                let columns = cells(line);
                let mut table = Table { columns, lines: Vec::new() };
                while let Some(next) = lines.next_if(|next| next.starts_with('|')) {
                    if !next.starts_with("| ---") && !next.starts_with("|---") {
                        table.lines.push(cells(next));
                    }
                }
                Block::Table(table)
            } else if let Some(first) = line.strip_prefix("* ") {
                let mut items = vec![first.to_owned()];
                while let Some(next) = lines.next_if(|next| next.starts_with("* ") || next.starts_with("  ")) {
                    match (next.strip_prefix("* "), items.last_mut()) {
                        (None, Some(last)) => *last = format!("{last} {}", next.trim()),
                        (item, _) => items.push(item.unwrap_or(next).to_owned()),
                    }
                }
                Block::List(items)
            } else {
                text.push(line);
                continue;
            };
            paragraph(&mut text, &mut blocks);
            blocks.push(block);
        }
        paragraph(&mut text, &mut blocks);
    }
    blocks
}

fn paragraph(lines: &mut Vec<&str>, blocks: &mut Vec<Block>) {
    if !lines.is_empty() {
        blocks.push(Block::Paragraph(lines.join(" ")));
        lines.clear();
    }
}

fn cells(line: &str) -> Vec<String> {
    line.trim().trim_start_matches('|').trim_end_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect()
}

/// The pieces of a line. Marks without a partner are text.
pub fn spans(line: &str) -> Vec<Span<'_>> {
    let (mut spans, mut rest, mut from) = (Vec::new(), line, 0);
    while let Some(at) = rest[from..].find(['*', '`', '[']).map(|at| at + from) {
        let here = &rest[at..];
        let between = |open: &str, close: &str| {
            let inner = here.strip_prefix(open)?;
            let end = inner.find(close).filter(|end| *end > 0)?;
            Some((&inner[..end], open.len() + end + close.len()))
        };
        let found = between("**", "**")
            .map(|(text, n)| (Span::Strong(text), n))
            .or_else(|| between("*", "*").filter(|(t, _)| !t.starts_with(' ')).map(|(t, n)| (Span::Emphasis(t), n)))
            .or_else(|| between("`", "`").map(|(text, n)| (Span::Code(text), n)))
            .or_else(|| {
                let (text, n) = between("[", "](")?;
                let end = here[n..].find(')')?;
                (!text.contains('[')).then_some((Span::Link(text, &here[n..n + end]), n + end + 1))
            });
        match found {
            Some((span, n)) => {
                spans.extend((at > 0).then_some(Span::Text(&rest[..at])));
                spans.push(span);
                (rest, from) = (&rest[at + n..], 0);
            }
            None => from = at + 1,
        }
    }
    spans.extend((!rest.is_empty()).then_some(Span::Text(rest)));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_as_blocks() {
        let page =
            "# A\n\nOne\ntwo.\n\n| a | b |\n| --- | --- |\n| 1 | 2 [0, 3] |\n\n![alt](p/x.svg)\n\n* i\n  j\n* k\n";
        let table = Table { columns: vec!["a".into(), "b".into()], lines: vec![vec!["1".into(), "2 [0, 3]".into()]] };
        let want = [
            Block::Heading(1, "A".into()),
            Block::Paragraph("One two.".into()),
            Block::Table(table),
            Block::Picture("alt".into(), "p/x.svg".into()),
            Block::List(vec!["i j".into(), "k".into()]),
        ];
        assert_eq!(blocks(page), want);
    }

    #[test]
    fn marks_without_a_partner_are_text() {
        let line = "a *b* **c** `d*` [e](f) 66.7 [21, 94] * 2";
        let want = [
            Span::Text("a "),
            Span::Emphasis("b"),
            Span::Text(" "),
            Span::Strong("c"),
            Span::Text(" "),
            Span::Code("d*"),
            Span::Text(" "),
            Span::Link("e", "f"),
            Span::Text(" 66.7 [21, 94] * 2"),
        ];
        assert_eq!(spans(line), want);
        assert_eq!(spans("[a [b](c)"), [Span::Text("[a "), Span::Link("b", "c")]);
    }
}
