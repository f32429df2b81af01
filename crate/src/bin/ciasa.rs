//! `ciasa`: the playground's library on the command line.

use std::process::ExitCode;

use ciasa::cli;
use ciasa::error::Result;
use clap::{Parser, Subcommand};

/// Adversarial attacks on action recognition from skeletons (CIASA)
///
/// Results go to standard output, remarks and errors to standard error. Of several files the one that fails is reported
/// and the others are done; the exit code is then not 0.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Attack(Box<cli::attack::AttackArgs>),
    Recognise(Box<cli::recognise::RecogniseArgs>),
    Clips(cli::list::ListArgs),
    Convert(cli::convert::ConvertArgs),
    Models(cli::shipped::ModelsArgs),
    Train(cli::train::TrainArgs),
    Evaluate(cli::evaluate::EvaluateArgs),
    Certify(cli::certify::CertifyArgs),
    Fourier(cli::fourier::FourierArgs),
    Quantise(cli::quantise::QuantiseArgs),
    Plot(cli::plot::PlotArgs),
    Eval(Box<cli::eval::EvalArgs>),
    Gallery(cli::gallery::GalleryArgs),
}

/// The stack of the thread that runs a command: that of a program's first thread.
const STACK: usize = 8 << 20;

/// One of the threads that compute runs the command. From outside it would wake them for each operation, and wait.
fn main() -> ExitCode {
    let command = Cli::parse().command;
    let pool = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    // Not every error may cross threads, so they leave as text.
    let result = match pool {
        Ok(()) => rayon::scope(|_| run(command).map_err(|e| e.to_string())),
        Err(e) => Err(format!("the threads that compute do not start: {e}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("ciasa: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Attack(args) => cli::attack::run(&args),
        Command::Recognise(args) => cli::recognise::run(&args),
        Command::Clips(args) => cli::list::run(&args),
        Command::Convert(args) => cli::convert::run(&args),
        Command::Models(args) => cli::shipped::run(&args),
        Command::Train(args) => cli::train::run(&args),
        Command::Evaluate(args) => cli::evaluate::run(&args),
        Command::Certify(args) => cli::certify::run(&args),
        Command::Fourier(args) => cli::fourier::run(&args),
        Command::Quantise(args) => cli::quantise::run(&args),
        Command::Plot(args) => cli::plot::run(&args),
        Command::Eval(args) => cli::eval::run(&args),
        Command::Gallery(args) => cli::gallery::run(&args),
    }
}
