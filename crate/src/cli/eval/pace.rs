//! How fast a run is: the remaining time while it runs, and at its end the time that more clips would take.

use std::collections::HashSet;
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use crate::cli::progress::style;
use crate::cli::say::{note, say};
use crate::eval::unit::Unit;

/// Time between two lines where no bar can be drawn, as in the log of a cluster.
const BETWEEN: Duration = Duration::from_secs(30);
/// Numbers of machines for which the time is printed.
const MACHINES: [usize; 6] = [2, 4, 8, 16, 32, 64];

/// A run while it goes on.
pub struct Pace {
    bar: Option<ProgressBar>,
    start: Instant,
    said: Instant,
    attacks: usize,
    done: usize,
    /// Expected work in milliseconds: all, and that of the attacks that are done.
    total: f64,
    worked: f64,
}

impl Pace {
    /// A run of so many attacks with this expected work in milliseconds.
    pub fn new(attacks: usize, total: f64) -> Self {
        let bar = stderr().is_terminal().then(|| ProgressBar::new(total as u64).with_style(style()));
        let now = Instant::now();
        Self { bar, start: now, said: now, attacks, done: 0, total, worked: 0.0 }
    }

    /// An attack is done.
    pub fn step(&mut self, work: f64) {
        self.done += 1;
        self.worked += work;
        if let Some(bar) = &self.bar {
            bar.set_position(self.worked as u64);
            bar.set_message(format!("ms of work; {} of {} attacks;", self.done, self.attacks));
        } else if self.said.elapsed() >= BETWEEN {
            self.said = Instant::now();
            let left = self.start.elapsed().as_secs_f64() * (self.total - self.worked) / self.worked.max(1e-9);
            note!("{} of {} attacks; {} left", self.done, self.attacks, duration(left));
        }
    }

    /// Seconds on this machine for one millisecond of expected work; none if nothing was done.
    pub fn finish(self) -> Option<f64> {
        if let Some(bar) = self.bar {
            bar.finish();
        }
        (self.worked > 0.0).then(|| self.start.elapsed().as_secs_f64() / self.worked)
    }
}

/// Prints the clips a second, and how long `project` clips would take. `whole`: all units of the run's clips, those
/// that were measured before included. `factor`: seconds for a millisecond of expected work.
pub fn throughput(whole: &[Unit], cost: impl Fn(&Unit) -> f64, factor: f64, project: Option<usize>) {
    let clips = whole.iter().map(|u| (u.source, u.clip)).collect::<HashSet<_>>().len();
    let seconds = factor * whole.iter().map(cost).sum::<f64>();
    if clips == 0 || seconds <= 0.0 {
        return;
    }
    let (rate, each) = (clips as f64 / seconds, whole.len() as f64 / clips as f64);
    let speed = match rate {
        r if r < 0.1 => format!("one clip in {}", duration(1.0 / r)),
        r => format!("{r:.2} clips a second"),
    };
    say!("{speed} on this machine, with {each:.0} attacks and answers for each clip");
    let Some(n) = project else { return };
    let alone = n as f64 / rate;
    let more: Vec<String> = MACHINES.iter().map(|k| format!("{k} machines {}", duration(alone / *k as f64))).collect();
    say!("{n} clips would take {} on this machine; {}", duration(alone), more.join(", "));
}

/// A duration for people.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 99.5 => format!("{s:.0} s"),
        s if s < 99.5 * 60.0 => format!("{:.0} min", s / 60.0),
        s if s < 72.0 * 3600.0 => format!("{:.1} h", s / 3600.0),
        s => format!("{:.1} days", s / 86_400.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_unit_that_people_use() {
        let all = [0.4, 99.0, 150.0, 7_200.0, 864_000.0].map(duration);
        assert_eq!(all, ["0 s", "99 s", "2 min", "2.0 h", "10.0 days"]);
    }
}
