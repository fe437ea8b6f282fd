//! The laboratory of failures: every cause of `docs/diagnosis.md` is brought about on purpose, in at least two
//! different ways, and the real server has to name it.
//!
//! Each set-up ([`Case`]) drives the server over real sockets: mail is handed in, the delivery fails, the probes
//! are made. What is asserted of each: the cause stands first, as confirmed or likely, and no other cause is
//! confirmed. What was named for which cause is the table in `docs/diagnosis.md`; it is made by
//!
//!     UPDATE=1 cargo test -p causeway --test scenario the_laboratory_of_failures
//!
//! and the same test without `UPDATE` demands that the committed table is what the run gave (the times apart,
//! which are measured when the table is made). `ONLY=word,word` runs the set-ups of the causes with one of
//! these words.
//!
//! In which order to read: this file, [`bench`] (what set-ups share), then the set-ups: `connections`, `names`,
//! `conversations`, `certificates`, `refusals`, `circles`, `addresses` (these in networks of their own).

mod addresses;
mod bench;
mod certificates;
mod circles;
mod connections;
mod conversations;
mod names;
mod refusals;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use bench::Found;
use causeway_testkit::lab::namespace::{self, Namespace};
use serde_json::{Value, json};

/// A set-up: the cause, in words how it is made, and the making.
struct Case(&'static str, &'static str, fn() -> Found);

/// What was made to fail, and what was found.
struct Row {
    cause: &'static str,
    setup: &'static str,
    named: String,
    confidence: String,
    /// Every confirmed cause.
    confirmed: Vec<String>,
    seconds: f64,
}

/// Set-ups at once: most of their time is waiting.
const AT_ONCE: usize = 6;

const BEGIN: &str = "<!-- the laboratory: begin -->\n";
const END: &str = "<!-- the laboratory: end -->";

/// The test below, as it is started again in a network of its own.
const LABORATORY: &str =
    "diagnosis::the_laboratory_of_failures_names_every_cause_and_confirms_no_wrong_one";

/// Every set-up.
fn all() -> impl Iterator<Item = &'static Case> {
    [
        names::CASES,
        connections::CASES,
        conversations::CASES,
        certificates::CASES,
        refusals::CASES,
        circles::CASES,
        addresses::CASES,
    ]
    .into_iter()
    .flatten()
}

impl Case {
    fn name(&self) -> String {
        format!("{}: {}", self.0, self.1)
    }

    /// Makes it, in a network of its own where it needs one.
    fn make(&self) -> Found {
        let apart = addresses::CASES.iter().any(|case| case.name() == self.name());
        if !apart || namespace::part().is_some() {
            return self.2();
        }
        let network = Namespace::of(LABORATORY).part(&self.name());
        let network =
            addresses::ADDRESSES.iter().fold(network, |network, one| network.address(one));
        let answer: Value = serde_json::from_str(&network.run()).unwrap();
        Found { seconds: answer["seconds"].as_f64().unwrap(), alert: answer["alert"].clone() }
    }
}

/// In a network of its own: makes the one set-up that is asked for.
fn make_apart(name: &str) {
    let case = all().find(|case| case.name() == name).unwrap();
    let Found { alert, seconds } = case.make();
    namespace::answer(&json!({"alert": alert, "seconds": seconds}).to_string());
}

fn row(case: &Case) -> Row {
    let Case(cause, setup, _) = case;
    let Found { alert, seconds } = case.make();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let named = text(&alert["cause_id"]);
    let confidence = text(&alert["confidence"]);
    let others = alert["also_confirmed"].as_array().cloned().unwrap_or_default();
    let mut confirmed: Vec<String> = others.iter().map(|other| text(&other["cause_id"])).collect();
    if confidence == "confirmed" {
        confirmed.push(named.clone());
    }
    if named != *cause || confidence == "unknown" {
        eprintln!("{cause} ({setup}): {alert:#}");
    }
    Row { cause, setup, named, confidence, confirmed, seconds }
}

impl Row {
    /// The cause stands first, on evidence, and nothing else is confirmed.
    fn is_right(&self) -> bool {
        self.named == self.cause
            && self.confidence != "unknown"
            && self.confirmed.iter().all(|confirmed| confirmed == self.cause)
    }
}

/// Runs set-ups, a few at once, and gives their rows in order.
fn run(cases: &[&Case]) -> Vec<Row> {
    let next = AtomicUsize::new(0);
    let rows: Mutex<BTreeMap<usize, Row>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((index, case)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    cases.get(index).map(|case| (index, case))
                } {
                    let row = row(case);
                    rows.lock().unwrap().insert(index, row);
                }
            });
        }
    });
    rows.into_inner().unwrap().into_values().collect()
}

/// What was named for each cause: the confusion matrix without its empty cells, then every set-up.
fn table(rows: &[Row]) -> String {
    let mut out = String::from(
        "| cause that was made | set-ups | named, confirmed | named, likely | another one named | \
         another one confirmed |\n|---|---|---|---|---|---|\n",
    );
    let mut causes: Vec<&str> = rows.iter().map(|row| row.cause).collect();
    causes.dedup();
    for cause in causes {
        let of: Vec<&Row> = rows.iter().filter(|row| row.cause == cause).collect();
        let count = |confidence: &str| {
            of.iter().filter(|row| row.named == cause && row.confidence == confidence).count()
        };
        let list = |names: Vec<&String>| match names.as_slice() {
            [] => "–".to_owned(),
            names => names.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(", "),
        };
        let others = of.iter().filter(|row| row.named != cause).map(|row| &row.named).collect();
        let wrong = of.iter().flat_map(|row| &row.confirmed).filter(|name| *name != cause);
        let _ = writeln!(
            out,
            "| {cause} | {} | {} | {} | {} | {} |",
            of.len(),
            count("confirmed"),
            count("likely"),
            list(others),
            list(wrong.collect())
        );
    }
    out.push_str("\n| cause | made by | named | how sure | seconds |\n|---|---|---|---|---|\n");
    for row in rows {
        let Row { cause, setup, named, confidence, seconds, .. } = row;
        let _ = writeln!(out, "| {cause} | {setup} | {named} | {confidence} | {seconds:.1} |");
    }
    out
}

/// The table without its times.
fn timeless(table: &str) -> Vec<String> {
    let is_timed = |line: &str| {
        line.strip_suffix(" |")
            .and_then(|line| line.rsplit(' ').next())
            .is_some_and(|last| last.contains('.') && last.parse::<f64>().is_ok())
    };
    let cut = |line: &str| match is_timed(line) {
        true => line.trim_end_matches(" |").rsplit_once('|').unwrap().0.to_owned(),
        false => line.to_owned(),
    };
    table.lines().map(cut).collect()
}

#[test]
fn the_laboratory_of_failures_names_every_cause_and_confirms_no_wrong_one() {
    if let Some(name) = namespace::part() {
        return make_apart(&name);
    }
    let only = std::env::var("ONLY").unwrap_or_default();
    let is_asked = |cause: &str| only.split(',').any(|word| cause.contains(word));
    let cases: Vec<&Case> = all().filter(|Case(cause, ..)| is_asked(cause)).collect();
    let rows = run(&cases);
    let new = table(&rows);
    eprintln!("{new}");
    let wrong: Vec<String> = rows
        .iter()
        .filter(|row| !row.is_right())
        .map(|row| format!("{} ({}): {} {}", row.cause, row.setup, row.named, row.confidence))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if only.is_empty() {
        keep(&new);
    }
}

/// Writes the table, or demands that it is the one that is kept.
fn keep(new: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnosis.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (old, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, format!("{before}{BEGIN}{new}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(timeless(old), timeless(new), "run with UPDATE=1 and read the difference");
}

#[test]
fn every_cause_in_the_laboratory_is_in_the_catalog_and_made_in_two_ways() {
    let mut ways: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Case(cause, setup, _) in all() {
        ways.entry(cause).or_default().push(setup);
    }
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../locales/en/causes.ftl"
    ))
    .unwrap();
    for (cause, setups) in ways {
        assert!(text.contains(&format!("cause-{cause} = ")), "{cause}");
        assert!(setups.len() >= 2, "{cause}: {setups:?}");
        assert!(setups.iter().all(|one| setups.iter().filter(|other| one == *other).count() == 1));
    }
}
