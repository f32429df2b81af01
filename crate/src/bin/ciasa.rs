//! `ciasa`: the playground's library on the command line.

use std::process::ExitCode;

use ciasa::cli;
use clap::{Parser, Subcommand};

/// Adversarial attacks on action recognition from skeletons (CIASA)
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Train(cli::train::TrainArgs),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Train(args) => cli::train::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("ciasa: {e}");
            ExitCode::FAILURE
        }
    }
}
