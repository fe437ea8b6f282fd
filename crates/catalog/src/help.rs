//! What there is to say about a code: for the help pages, for sender and administrator.
//!
//! A code alone says less than a failure does: several failures share one. [`help`] collects the
//! problems and causes that can be behind it, in the order in which they are worth looking at. Only codes
//! that somebody uses have help: those that Causeway emits and those of the registry.

use std::collections::BTreeSet;

use causeway_model::config::Language;
use causeway_model::{EnhancedCode, Failure, Reply, Stage};

use crate::causes::{Cause, causes_of};
use crate::codes::{CodeMeaning, ENHANCED, registered};
use crate::problems::Problem;
use crate::samples::failures;
use crate::status::{Phase, status};
use crate::texts::Texts;

/// What can be behind a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeHelp {
    /// The code, as one of class 5.
    pub code: EnhancedCode,
    /// Its entry in the registry.
    pub meaning: Option<&'static CodeMeaning>,
    /// What the sender is told; never empty.
    pub problems: Vec<Problem>,
    /// What can have caused it; never empty.
    pub causes: Vec<Cause>,
}

/// The help on a code; whether it is of class 4 or 5 makes no difference. `None` for codes that nobody uses.
#[must_use]
pub fn help(code: EnhancedCode) -> Option<CodeHelp> {
    let code = EnhancedCode::new(5, code.subject, code.detail);
    let meaning = registered(code);
    let mut behind: Vec<(Failure, Stage)> = Vec::new();
    for (_, failure, stage) in failures() {
        let of = |phase| status(&failure, stage, phase).enhanced;
        let codes = [of(Phase::Final), of(Phase::Expired)];
        if codes.iter().any(|c| (c.subject, c.detail) == (code.subject, code.detail)) {
            behind.push((failure, stage));
        }
    }
    if behind.is_empty() && meaning.is_none() {
        return None;
    }
    // Other servers answer with the codes that are everybody's: what is behind it there is another matter.
    if let Some(meaning) = meaning.filter(|meaning| behind.is_empty() || meaning.is_everybodys()) {
        let name = Texts::get(Language::En).text(&meaning.name_key());
        let reply = Reply::new(550, Some(code), &name);
        behind.push((Failure::Replied { reply }, Stage::Rcpt));
    }
    let (mut problems, mut causes): (Vec<Problem>, Vec<Cause>) = (Vec::new(), Vec::new());
    for (failure, stage) in &behind {
        let problem = Problem::of(failure, *stage);
        if !problems.contains(&problem) {
            problems.push(problem);
        }
        for cause in [true, false].into_iter().flat_map(|by| causes_of(failure, *stage, by)) {
            if !causes.contains(&cause) {
                causes.push(cause);
            }
        }
    }
    Some(CodeHelp { code, meaning, problems, causes })
}

/// Every code that has help, of class 5, in order.
#[must_use]
pub fn codes() -> Vec<EnhancedCode> {
    let emitted = failures().into_iter().flat_map(|(_, failure, stage)| {
        [Phase::Final, Phase::Expired].map(|phase| status(&failure, stage, phase).enhanced)
    });
    let known: BTreeSet<(u16, u16)> = emitted
        .map(|code| (code.subject, code.detail))
        .chain(ENHANCED.iter().map(|meaning| (meaning.subject, meaning.detail)))
        .collect();
    known.into_iter().map(|(subject, detail)| EnhancedCode::new(5, subject, detail)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_is_used_has_help() {
        let codes = codes();
        assert!(codes.len() > 80);
        for code in codes {
            let help = help(code).unwrap();
            assert!(!help.problems.is_empty() && !help.causes.is_empty(), "{code}");
        }
        for (_, failure, stage) in failures() {
            let emitted = status(&failure, stage, Phase::Queued).enhanced;
            let help = help(emitted).unwrap();
            assert!(help.problems.contains(&Problem::of(&failure, stage)), "{failure:?}");
        }
    }

    #[test]
    fn what_other_servers_mean_by_a_code_of_everybodys_stands_beside_what_we_mean() {
        let help = |text: &str| help(text.parse().unwrap()).unwrap();
        let general = help("5.0.0");
        for problem in [Problem::Returned, Problem::Other] {
            assert!(general.problems.contains(&problem), "{:?}", general.problems);
        }
        assert_eq!(help("5.4.316").problems, [Problem::Refused], "our own codes mean one thing");
    }

    #[test]
    fn codes_that_nobody_uses_have_none() {
        for (subject, detail) in [(1, 999), (9, 1), (4, 311)] {
            assert_eq!(help(EnhancedCode::new(5, subject, detail)), None);
        }
    }
}
