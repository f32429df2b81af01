//! The results on the terminal; docs/BENCH.md shows more of them.

use serde_json::Value;

use crate::measure::Bench;

pub fn print(bench: &Bench) {
    for case in &bench.cases {
        let flops = case["flops"].as_f64().unwrap_or(0.0);
        let clips = &case["batch"];
        let what = text(&case["what"]);
        println!("{} frames, {clips} clips at once, {:.1} GFLOP per {what}", case["frames"], flops / 1e9);
        rows(&case["sides"], flops);
    }
    for roof in &bench.roofs {
        let flops = roof["flops"].as_f64().unwrap_or(0.0);
        let speed = flops / median(&numbers(roof, "seconds")) / 1e9;
        println!("matrix product of {}, {:<22} {speed:8.1} GFLOP/s", roof["n"], text(&roof["roof"]));
    }
    println!();
}

fn rows(sides: &Value, flops: f64) {
    let Some(sides) = sides.as_array() else { return };
    println!(
        "  {:<22} {:>10} {:>10} {:>10} {:>10} {:>8} {:>6} {:>8}  ratio",
        "side", "ms", "fastest", "slowest", "on cores", "waited", "rounds", "GFLOP/s"
    );
    for row in sides {
        let [seconds, busy, waited] = ["seconds", "busy", "waited"].map(|key| numbers(row, key));
        let (least, most) = seconds.iter().fold((f64::INFINITY, 0.0), |(l, m): (f64, f64), s| (l.min(*s), m.max(*s)));
        let other = sides.iter().find(|other| other["side"] == row["against"]);
        let ratio = other.map_or(String::new(), |other| {
            // Round by round, because the two were measured close together.
            let pairs = seconds.iter().zip(numbers(other, "seconds")).map(|(a, b)| a / b).collect::<Vec<_>>();
            format!("{:.2} x {}", median(&pairs), text(&row["against"]))
        });
        println!(
            "  {:<22} {:>10.2} {:>10.2} {:>10.2} {:>10.2} {:>6.0} % {:>6} {:>8.1}  {ratio}",
            text(&row["side"]),
            median(&seconds) * 1e3,
            least * 1e3,
            most * 1e3,
            median(&busy) * 1e3,
            median(&waited) * 1e2,
            seconds.len(),
            flops / median(&seconds) / 1e9,
        );
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn numbers(row: &Value, key: &str) -> Vec<f64> {
    row[key].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n => (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0,
    }
}
