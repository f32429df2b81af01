//! Film strips: frames of a clip side by side, before and after an attack.

use std::fmt::Write as _;

use crate::skeleton::Sequence;

/// One strip.
pub struct Strip<'a> {
    /// Lines of text beside it.
    pub caption: Vec<String>,
    /// The attacked clip; none for the original alone.
    pub perturbed: Option<&'a Sequence>,
}

/// Width and height of a cell, width of the captions, and height of a body, in the picture's units.
const CELL: [f64; 2] = [92.0, 150.0];
const CAPTION: f64 = 190.0;
const BODY: f64 = 118.0;

/// Strips of one original at these frames: the original is blue and dashed, the attacked clip orange and solid. Clips
/// in space are seen from the front.
pub fn film(title: &str, clean: &Sequence, strips: &[Strip<'_>], frames: &[usize]) -> String {
    let (width, height) = (CAPTION + CELL[0] * frames.len() as f64, 34.0 + CELL[1] * strips.len() as f64);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         stroke-linecap=\"round\" fill=\"none\">\n<title>{0}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"10\" y=\"22\" font-size=\"15\" fill=\"#16202b\">{0}</text>\n",
        escaped(title)
    );
    // Writing to a string cannot fail.
    for (row, strip) in strips.iter().enumerate() {
        let top = 34.0 + CELL[1] * row as f64;
        for (i, line) in strip.caption.iter().enumerate() {
            let (y, size) = (top + 50.0 + 17.0 * i as f64, if i == 0 { 13 } else { 11 });
            let _ = writeln!(
                svg,
                "<text x=\"10\" y=\"{y}\" font-size=\"{size}\" fill=\"#16202b\">{}</text>",
                escaped(line)
            );
        }
        for (column, &frame) in frames.iter().enumerate() {
            let projection =
                Projection::of(clean, frame, [CAPTION + CELL[0] * (column as f64 + 0.5), top + CELL[1] * 0.5]);
            let _ = writeln!(
                svg,
                "<g stroke=\"#2f7fc4\" stroke-width=\"1.6\" stroke-dasharray=\"4 3\">{}</g>",
                projection.figure(clean, frame)
            );
            if let Some(perturbed) = strip.perturbed {
                let _ = writeln!(
                    svg,
                    "<g stroke=\"#e8730c\" stroke-width=\"2.2\">{}</g>",
                    projection.figure(perturbed, frame)
                );
            }
            if row + 1 == strips.len() {
                let (x, y) = (CAPTION + CELL[0] * (column as f64 + 0.5), height - 4.0);
                let _ = writeln!(
                    svg,
                    "<text x=\"{x}\" y=\"{y}\" font-size=\"10\" text-anchor=\"middle\" fill=\"#4a5a6a\">{frame}</text>"
                );
            }
        }
    }
    svg + "</svg>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// From a clip's coordinates to the picture's.
struct Projection {
    middle: [f64; 2],
    origin: [f64; 2],
    /// Picture units per unit of length; negative where y points up.
    scale: [f64; 2],
}

impl Projection {
    /// Puts the centre of the original's joints in a frame at `middle`.
    fn of(clean: &Sequence, frame: usize, middle: [f64; 2]) -> Self {
        let layout = clean.layout();
        let seen: Vec<&[f32]> =
            (0..layout.len()).filter(|&j| clean.seen(frame, 0, j)).map(|j| clean.joint(frame, 0, j)).collect();
        let range = |c: usize| {
            let (low, high) =
                seen.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(l, h), j| (l.min(j[c]), h.max(j[c])));
            f64::from(low + high) / 2.0
        };
        let size = BODY / f64::from(clean.body_height().unwrap_or(1.0));
        let up = if layout.dims == 3 { -1.0 } else { 1.0 };
        let origin = if seen.is_empty() { [0.0; 2] } else { [range(0), range(1)] };
        Self { middle, origin, scale: [size, size * up] }
    }

    fn point(&self, joint: &[f32]) -> [f64; 2] {
        [0, 1].map(|c| self.middle[c] + (f64::from(joint[c]) - self.origin[c]) * self.scale[c])
    }

    /// The bones of a frame as one path.
    fn figure(&self, clip: &Sequence, frame: usize) -> String {
        let mut path = String::from("<path d=\"");
        for (a, b) in clip.layout().bones() {
            if clip.seen(frame, 0, a) && clip.seen(frame, 0, b) {
                let [p, q] = [a, b].map(|j| self.point(clip.joint(frame, 0, j)));
                let _ = write!(path, "M{:.1} {:.1}L{:.1} {:.1}", p[0], p[1], q[0], q[1]);
            }
        }
        path + "\"/>"
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::skeleton::LayoutId;

    #[test]
    fn strips_show_both_clips_where_they_are() {
        // Two joints apart in height by 1: everything else is at the lower one.
        let layout = LayoutId::KinectV1.layout();
        let mut data = vec![0.0; 120];
        data.chunks_mut(3).for_each(|joint| joint[0] = 1.0);
        let head = layout.joint("head").unwrap();
        [0, 60].iter().for_each(|at| data[at + head * 3 + 1] = 1.0);
        let clean = Sequence::new(LayoutId::KinectV1, 30.0, 2, 1, data.clone()).unwrap();
        data[60 + head * 3] += 0.5;
        let moved = clean.with_data(data).unwrap();
        let strips = [
            Strip { caption: vec!["a < b".into()], perturbed: None },
            Strip { caption: vec!["now".into()], perturbed: Some(&moved) },
        ];
        let svg = film("t", &clean, &strips, &[0, 1]);
        assert_eq!((svg.matches("#2f7fc4").count(), svg.matches("#e8730c").count()), (4, 2));
        assert_eq!(svg.matches("M").count(), 6 * 19);
        assert!(svg.contains("a &lt; b"));
        // A body of 1 is 118 high; the head, at the end of a bone to the shoulder centre, is half of that above the
        // middle.
        let x = CAPTION + CELL[0] * 1.5;
        let y = 34.0 + CELL[1] * 1.5 - 59.0;
        assert!(svg.contains(&format!("L{:.1} {y:.1}", x + 59.0)), "{svg}");
    }
}
