//! A heat map as SVG: a shade and a number for each cell.

use std::fmt::Write as _;

/// Pixels of a cell: width, height.
const CELL: (usize, usize) = (92, 30);
/// Approximate pixels of a letter.
const LETTER: usize = 7;

/// A line of cells with its name.
pub struct Line {
    /// Its name.
    pub name: String,
    /// A share, 0 to 1, and the text of each cell; none where nothing was measured.
    pub cells: Vec<Option<(f64, String)>>,
}

/// Draws lines of cells under the names of the columns. White is 0, orange is 1.
pub fn heat(title: &str, columns: &[String], lines: &[Line]) -> String {
    let widest = lines.iter().map(|l| l.name.chars().count()).max().unwrap_or(0);
    let (left, top) = (widest * LETTER + 20, 64);
    let (width, height) = (left + columns.len() * CELL.0 + 12, top + lines.len() * CELL.1 + 12);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} \
         {height}\" font-family=\"sans-serif\" font-size=\"12\">\n<title>{0}</title>\n<rect width=\"{width}\" \
         height=\"{height}\" fill=\"#ffffff\"/>\n<text x=\"12\" y=\"22\" font-size=\"15\">{0}</text>\n",
        escaped(title)
    );
    // Writing to a string cannot fail.
    for (i, column) in columns.iter().enumerate() {
        let x = left + i * CELL.0 + CELL.0 / 2;
        let _ = writeln!(svg, "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{}</text>", top - 10, escaped(column));
    }
    for (k, line) in lines.iter().enumerate() {
        let y = top + k * CELL.1;
        let middle = y + CELL.1 / 2 + 4;
        let _ =
            writeln!(svg, "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>", left - 8, escaped(&line.name));
        for (i, cell) in line.cells.iter().enumerate() {
            let x = left + i * CELL.0;
            let (fill, text, ink) = match cell {
                Some((share, text)) => (shade(*share), text.as_str(), if *share > 0.6 { "#ffffff" } else { "#16202b" }),
                None => ("#f0f0f0".to_owned(), "-", "#7a7a7a"),
            };
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" fill=\"{fill}\" stroke=\"#dddddd\"/><text \
                 x=\"{}\" y=\"{middle}\" text-anchor=\"middle\" fill=\"{ink}\">{}</text>",
                CELL.0,
                CELL.1,
                x + CELL.0 / 2,
                escaped(text)
            );
        }
    }
    svg + "</svg>\n"
}

/// From white to a dark orange.
fn shade(share: f64) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let mix = |to: f64| (255.0 - (255.0 - to) * share).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(184.0), mix(78.0), mix(4.0))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_have_their_shade_and_their_text() {
        let line = |name: &str, cells| Line { name: name.into(), cells };
        let lines = [
            line("a & b", vec![Some((0.0, "0".into())), Some((1.0, "100".into()))]),
            line("c", vec![None, Some((f64::NAN, "<->".into()))]),
        ];
        let svg = heat("Success, %", &["pgd".into(), "fgsm".into()], &lines);
        for part in ["<title>Success, %</title>", "a &amp; b", ">pgd<", "#ffffff", "#b84e04", ">100<", "&lt;-&gt;"] {
            assert!(svg.contains(part), "{part}: {svg}");
        }
        assert_eq!(svg.matches("<rect").count(), 5);
    }
}
