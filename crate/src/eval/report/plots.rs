//! Plots as SVG: lines against epsilon, and dots side by side. Series differ in colour, dash and marker.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::series::DashedLineSeries;

use crate::contract::stats::Rate;
use crate::error::{Error, Result};

/// Blue, orange and others that differ in lightness, so that they stay distinct with a colour vision deficiency.
const COLOURS: [RGBColor; 5] = [
    RGBColor(0x2f, 0x7f, 0xc4),
    RGBColor(0xe8, 0x73, 0x0c),
    RGBColor(0x16, 0x20, 0x2b),
    RGBColor(0x6b, 0x4f, 0xa0),
    RGBColor(0x7a, 0x8a, 0x4a),
];
/// Length of the dashes and of the gaps between them; a line without gaps is solid.
const DASHES: [(i32, i32); 5] = [(8, 0), (9, 5), (3, 4), (14, 4), (6, 8)];

/// A line of rates.
pub struct Series {
    /// Name in the legend.
    pub name: String,
    /// Abscissa and rate of each point.
    pub points: Vec<(f64, Rate)>,
}

/// A line of values with their intervals.
pub struct Curve {
    /// Name in the legend.
    pub name: String,
    /// Its points.
    pub points: Vec<Point>,
}

/// A point of a curve.
pub struct Point {
    /// Abscissa.
    pub x: f64,
    /// Ordinate.
    pub y: f64,
    /// The interval of the ordinate.
    pub interval: (f64, f64),
}

impl Point {
    /// A rate in percent.
    pub fn rate(x: f64, rate: Rate) -> Self {
        let (low, high) = rate.interval();
        Self { x, y: 100.0 * rate.share(), interval: (100.0 * low, 100.0 * high) }
    }
}

/// The axes of curves.
pub struct Axes<'a> {
    /// What the abscissa is.
    pub x: &'a str,
    /// What the ordinate is.
    pub y: &'a str,
    /// The highest ordinate; the lowest one is 0.
    pub top: f64,
    /// Whether each power of ten takes the same space along the abscissa; else it begins at 0.
    pub decades: bool,
    /// Whether curves rise to the right: the legend stands below them, else above.
    pub rising: bool,
}

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Rates against a number, with their intervals.
///
/// # Errors
/// If the plot cannot be drawn.
pub fn lines(title: &str, x_label: &str, series: &[Series]) -> Result<String> {
    let point = |(x, rate): &(f64, Rate)| Point::rate(*x, *rate);
    let curve = |s: &Series| Curve { name: s.name.clone(), points: s.points.iter().map(point).collect() };
    let axes = Axes { x: x_label, y: "%", top: 103.0, decades: false, rising: true };
    curves(title, &axes, &series.iter().map(curve).collect::<Vec<_>>())
}

/// Values against a number, with their intervals.
///
/// # Errors
/// If the plot cannot be drawn.
pub fn curves(title: &str, axes: &Axes<'_>, series: &[Curve]) -> Result<String> {
    let place = |x: f64| if axes.decades { x.max(f64::MIN_POSITIVE).log10() } else { x };
    let all = || series.iter().flat_map(|s| &s.points).map(|p| place(p.x));
    let (left, right) = match axes.decades {
        true => (all().fold(f64::INFINITY, f64::min).min(3.0) - 0.05, all().fold(0.0, f64::max).max(3.05) + 0.05),
        false => (0.0, all().fold(0.0, f64::max).max(1e-9) * 1.05),
    };
    let power = |x: &f64| match (x - x.round()).abs() < 1e-6 {
        true => format!("{:.0}", 10_f64.powf(x.round())),
        false => String::new(),
    };
    draw((760, 460), |canvas| {
        let mut chart = ChartBuilder::on(canvas)
            .caption(title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(44)
            .y_label_area_size(48)
            .build_cartesian_2d(left..right, 0.0..axes.top)?;
        let mut mesh = chart.configure_mesh();
        mesh.x_desc(axes.x).y_desc(axes.y).light_line_style(WHITE);
        if axes.decades {
            mesh.x_labels(5).x_label_formatter(&power);
        }
        mesh.draw()?;
        for (i, s) in series.iter().enumerate() {
            let colour = COLOURS[i % COLOURS.len()];
            let points: Vec<(f64, f64)> = s.points.iter().map(|p| (place(p.x), p.y)).collect();
            for (point, (x, _)) in s.points.iter().zip(&points) {
                let (low, high) = (point.interval.0, point.interval.1.min(axes.top));
                chart.draw_series([PathElement::new(vec![(*x, low), (*x, high)], colour.mix(0.45))])?;
            }
            let (dash, gap) = DASHES[i % DASHES.len()];
            let line = match gap {
                0 => chart.draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?,
                _ => chart.draw_series(DashedLineSeries::new(points.clone(), dash, gap, colour.stroke_width(2)))?,
            };
            line.label(s.name.clone()).legend(move |(x, y)| {
                EmptyElement::at((x, y))
                    + PathElement::new(vec![(0, 0), (18, 0)], colour.stroke_width(2))
                    + mark(i, (9, 0), colour)
            });
            chart.draw_series(points.iter().map(|at| EmptyElement::at(*at) + mark(i, (0, 0), colour)))?;
        }
        let corner = if axes.rising { SeriesLabelPosition::LowerRight } else { SeriesLabelPosition::UpperRight };
        chart
            .configure_series_labels()
            .position(corner)
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        Ok(())
    })
}

/// Three rates for each name, side by side.
///
/// # Errors
/// If the plot cannot be drawn.
pub fn dots(title: &str, names: &[(String, [(&'static str, Rate); 3])]) -> Result<String> {
    let n = names.len();
    // The space below the last name is for the legend.
    draw((760, 176 + 44 * n as u32), |canvas| {
        let mut chart = ChartBuilder::on(canvas)
            .caption(title, ("sans-serif", 18))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(150)
            .build_cartesian_2d(0.0..100.0, -2.0..n as f64 - 0.5)?;
        // The first name is at the top.
        let label = |y: &f64| {
            let at = y.round();
            let whole = (y - at).abs() < 1e-6 && at >= 0.0;
            names.iter().rev().nth(if whole { at as usize } else { n }).map_or(String::new(), |(name, _)| name.clone())
        };
        chart
            .configure_mesh()
            .disable_y_mesh()
            .y_labels(2 * n + 4)
            .y_label_formatter(&label)
            .x_desc("%, of the clips that are recognised without an attack")
            .light_line_style(WHITE)
            .draw()?;
        for i in 0..3 {
            let colour = COLOURS[i];
            let Some(name) = names.first().map(|(_, rates)| rates[i].0) else { break };
            let place = |k: usize| n as f64 - 1.0 - k as f64 + [0.25, 0.0, -0.25][i];
            let bars = names.iter().enumerate().map(|(k, (_, rates))| {
                let (low, high) = rates[i].1.interval();
                PathElement::new(
                    vec![(100.0 * low, place(k)), (100.0 * high, place(k))],
                    colour.mix(0.6).stroke_width(2),
                )
            });
            chart.draw_series(bars)?;
            let marks = names.iter().enumerate().map(|(k, (_, rates))| {
                EmptyElement::at((100.0 * rates[i].1.share(), place(k))) + mark(i, (0, 0), colour)
            });
            chart
                .draw_series(marks)?
                .label(name)
                .legend(move |(x, y)| EmptyElement::at((x, y)) + mark(i, (9, 0), colour));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.mix(0.85))
            .border_style(BLACK.mix(0.3))
            .draw()?;
        Ok(())
    })
}

/// The marker of a series: disc, triangle or square.
fn mark(i: usize, (x, y): (i32, i32), colour: RGBColor) -> Polygon<(i32, i32)> {
    let (corners, radius, turn) = [(16, 4.2, 0.0), (3, 6.0, -0.25), (4, 5.2, 0.125)][i % 3];
    let corner = |k: i32| {
        let angle = std::f64::consts::TAU * (f64::from(k) / f64::from(corners) + turn);
        (x + (radius * angle.cos()).round() as i32, y + (radius * angle.sin()).round() as i32)
    };
    Polygon::new((0..corners).map(corner).collect::<Vec<_>>(), colour.filled())
}

fn draw(
    size: (u32, u32),
    paint: impl FnOnce(&Canvas<'_>) -> std::result::Result<(), Box<dyn std::error::Error>>,
) -> Result<String> {
    let mut svg = String::new();
    let failed = |e: Box<dyn std::error::Error>| Error::data(e.to_string()).at("a plot");
    {
        let canvas = SVGBackend::with_string(&mut svg, size).into_drawing_area();
        canvas.fill(&WHITE).map_err(|e| failed(e.into()))?;
        paint(&canvas).map_err(failed)?;
        canvas.present().map_err(|e| failed(e.into()))?;
    }
    Ok(svg)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn plots_show_every_name_and_empty_ones_are_drawn() {
        let rate = Rate { hits: 3, of: 4 };
        let series = |name: &str| Series { name: name.into(), points: vec![(1.0, rate), (2.0, rate)] };
        let svg = lines("a title", "epsilon", &[series("first"), series("second")]).unwrap();
        assert!(["a title", "epsilon", "first", "second"].iter().all(|name| svg.contains(name)));
        let three = [("as it is", rate), ("after smoothing", rate), ("not flagged", Rate::default())];
        let svg = dots("another", &[("pgd".into(), three), ("cw".into(), three)]).unwrap();
        assert!(["another", "pgd", "cw", "as it is", "not flagged"].iter().all(|name| svg.contains(name)), "{svg}");
        assert!(lines("none", "x", &[]).is_ok() && dots("none", &[]).is_ok());
    }

    #[test]
    fn decades_are_labelled_and_take_the_same_space() {
        let axes = Axes { x: "queries", y: "cm", top: 5.0, decades: true, rising: false };
        let points = [10.0, 100.0, 1000.0].map(|x| Point { x, y: 2.0, interval: (1.0, f64::INFINITY) });
        let svg = curves("walks", &axes, &[Curve { name: "basar".into(), points: points.into() }]).unwrap();
        assert!(["walks", "queries", "cm", "basar"].iter().all(|name| svg.contains(name)), "{svg}");
        assert!(["10", "100", "1000"].iter().all(|n| svg.lines().any(|line| line.trim() == *n)), "{svg}");
        assert!(curves("none", &axes, &[]).is_ok());
    }
}
