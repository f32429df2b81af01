//! `ciasa models`: the networks that ship, and their classes.

use clap::Args;

use super::models::LibraryArgs;
use super::say::say;
use crate::error::Result;

/// List the networks that ship, or the classes of one
///
/// Classes are numbered from 1, in the order of the network's outputs, as NTU RGB+D's A001.
#[derive(Args, Debug)]
pub struct ModelsArgs {
    /// Id of the network whose classes to list
    id: Option<String>,
    #[command(flatten)]
    library: LibraryArgs,
}

/// Runs the command.
///
/// # Errors
/// If the manifest cannot be read, or has no network of that id.
pub fn run(args: &ModelsArgs) -> Result<()> {
    let library = args.library.open()?;
    if let Some(id) = &args.id {
        for (i, class) in library.get(id)?.classes.iter().enumerate() {
            say!("{:4}  {class}", i + 1);
        }
        return Ok(());
    }
    say!("{:26}  {:12}  {:>7}  {:>14}  name", "id", "layout", "classes", "top-1");
    for m in &library.manifest.models {
        let top1 = format!("{:.1} % of {}", 100.0 * m.accuracy.top1, m.accuracy.clips);
        say!("{:26}  {:12}  {:7}  {top1:>14}  {}", m.id, m.layout.as_str(), m.classes.len(), m.name);
    }
    Ok(())
}
