//! Words of each format, in files of the form that libFuzzer and AFL read as well.

/// The words of a dictionary: a quoted text in each line, `\xNN` for a byte.
pub fn words(text: &str) -> Vec<Vec<u8>> {
    let quoted = |line: &str| line.trim().strip_prefix('"').and_then(|l| l.strip_suffix('"')).map(unescaped);
    text.lines().filter_map(quoted).collect()
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut out = Vec::new();
    while let [first, after @ ..] = rest {
        rest = after;
        out.push(match (first, after) {
            (b'\\', [b'x', high, low, after @ ..]) => {
                rest = after;
                let digit = |b: &u8| (*b as char).to_digit(16).unwrap() as u8;
                digit(high) << 4 | digit(low)
            }
            (b'\\', [escaped, after @ ..]) => {
                rest = after;
                *escaped
            }
            _ => *first,
        });
    }
    out
}
