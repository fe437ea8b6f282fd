//! Explains many messages: paths on standard input, one JSON document a line on standard output.
//!
//! `explain_batch [--why] [--lang de] [--repeat N]`; with `--repeat` every file is read and
//! explained N times and the rate goes to standard error.

use std::io::{BufRead, Write};

use causeway_model::config::Language;
use causeway_report::read;

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        arguments.iter().position(|a| a == name).and_then(|i| arguments.get(i + 1)).cloned()
    };
    let why = arguments.iter().any(|a| a == "--why");
    let language = value("--lang").and_then(|tag| Language::from_tag(&tag)).unwrap_or(Language::En);
    let repeat: u32 = value("--repeat").and_then(|n| n.parse().ok()).unwrap_or(1);
    let paths: Vec<String> = std::io::stdin().lock().lines().collect::<Result<_, _>>()?;
    let inputs: Vec<Vec<u8>> =
        paths.iter().map(|path| std::fs::read(path).unwrap_or_default()).collect();
    // A measurement of real time, so the real clock.
    #[allow(clippy::disallowed_methods)]
    let started = std::time::Instant::now();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for round in 0..repeat {
        for input in &inputs {
            let explanation = read::read(input);
            let document = if why {
                read::render_with_reasons(&explanation, language)
            } else {
                read::render(&explanation, language)
            };
            let line = serde_json::to_string(&document).map_err(std::io::Error::other)?;
            if round == 0 {
                writeln!(out, "{line}")?;
            }
        }
    }
    out.flush()?;
    if repeat > 1 {
        let seconds = started.elapsed().as_secs_f64();
        let count = f64::from(repeat) * inputs.len() as f64;
        let mut err = std::io::stderr().lock();
        writeln!(err, "{:.0} messages a second", count / seconds)?;
    }
    Ok(())
}
