//! What a process had of the cores: on a machine that others use, too, the clock alone says little.

/// Seconds that a process's threads have computed, and that they were ready but had no core. `None` where the system
/// does not say (it is Linux that does).
pub fn used(process: u32) -> Option<[f64; 2]> {
    let mut sum = [0.0, 0.0];
    for task in std::fs::read_dir(format!("/proc/{process}/task")).ok()? {
        // A thread may have ended since the folder was read.
        let Ok(text) = std::fs::read_to_string(task.ok()?.path().join("schedstat")) else { continue };
        for (sum, nanoseconds) in sum.iter_mut().zip(text.split_whitespace()) {
            *sum += nanoseconds.parse::<f64>().ok()? / 1e9;
        }
    }
    Some(sum)
}
