//! Queues that grow faster than mail goes out.
//!
//! Samples of what waits, taken now and then; a queue that has grown by much within the span is told of, and
//! no longer once it is no greater than before. Paths that fail have an alert of their own and are not
//! told of twice.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use causeway_catalog::WhoActs;
use causeway_model::Timestamp;

use super::{Noted, Notice, NoticeKind, NoticeSettings, Observation, millis};

/// The subject for everything together.
pub const ALL: &str = "all";

/// Samples of a span.
const SAMPLES: u32 = 15;

/// Queues that are watched.
const MOST: usize = 200;

/// What waits at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The path; [`ALL`]: everything that waits for paths that do not fail.
    pub path: String,
    /// Recipients.
    pub waiting: u64,
    /// Messages that went through since the start.
    pub delivered: u64,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Timestamp,
    waiting: u64,
    delivered: u64,
}

/// What waited lately.
#[derive(Debug, Default)]
pub struct Growth {
    queues: HashMap<String, VecDeque<Sample>>,
    sampled: Option<Timestamp>,
}

impl Growth {
    /// True when a sample is due.
    #[must_use]
    pub fn is_due(&self, settings: &NoticeSettings, now: Timestamp) -> bool {
        self.sampled.is_none_or(|at| now < at || now.since(at) >= every(settings))
    }

    /// Takes a sample. A path that is not among them has nothing worth watching.
    pub fn sample(&mut self, settings: &NoticeSettings, now: Timestamp, all: Vec<Waiting>) {
        let before = self.sampled.replace(now);
        let here: HashMap<&str, &Waiting> =
            all.iter().map(|waiting| (waiting.path.as_str(), waiting)).collect();
        // What was watched before and has nothing left has been sent.
        for (path, samples) in &mut self.queues {
            if !here.contains_key(path.as_str()) {
                let delivered = samples.back().map_or(0, |sample| sample.delivered);
                samples.push_back(Sample { at: now, waiting: 0, delivered });
            }
        }
        for Waiting { path, waiting, delivered } in all {
            if !self.queues.contains_key(&path) && self.queues.len() >= MOST {
                continue;
            }
            let samples = self.queues.entry(path).or_default();
            // It was not worth watching at the last look.
            if let Some(at) = before.filter(|_| samples.is_empty()) {
                samples.push_back(Sample { at, waiting: 0, delivered });
            }
            samples.push_back(Sample { at: now, waiting, delivered });
        }
        let within = settings.queue_growth_within;
        self.queues.retain(|_, samples| {
            // One sample from before the span stays: it is where the span began.
            while samples.get(1).is_some_and(|next| now.since(next.at) >= within) {
                samples.pop_front();
            }
            samples.iter().any(|sample| sample.waiting > 0)
        });
    }

    /// The queues that grow too fast. `is_open`: an alert is open, which stays as long as the queue has not
    /// shrunk.
    #[must_use]
    pub fn notices(
        &self,
        settings: &NoticeSettings,
        is_open: impl Fn(&str) -> bool,
    ) -> Vec<Notice> {
        self.queues
            .iter()
            .filter_map(|(path, samples)| notice(path, samples, settings, is_open(path)))
            .collect()
    }
}

/// Between two samples.
fn every(settings: &NoticeSettings) -> Duration {
    settings.queue_growth_within / SAMPLES
}

fn notice(
    path: &str,
    samples: &VecDeque<Sample>,
    settings: &NoticeSettings,
    is_open: bool,
) -> Option<Notice> {
    let (first, last) = (samples.front()?, samples.back()?);
    let grown = last.waiting.saturating_sub(first.waiting);
    // The queue before there was a first sample is not known.
    let has_grown = samples.len() > 1 && grown >= settings.queue_growth;
    let is_still_long = is_open && last.waiting >= settings.queue_growth && grown > 0;
    if !has_grown && !is_still_long {
        return None;
    }
    let growth = Observation::Growth {
        before: first.waiting,
        now: last.waiting,
        delivered: last.delivered.saturating_sub(first.delivered),
        span_ms: millis(last.at.since(first.at)),
    };
    Some(Notice {
        kind: NoticeKind::QueueGrows,
        subject: path.to_owned(),
        count: last.waiting,
        since: first.at,
        last: last.at,
        level: 0,
        who: WhoActs::Service,
        evidence: vec![Noted { at: last.at, what: growth }],
        offers: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(minutes * 60_000)
    }

    fn waiting(waiting: u64, delivered: u64) -> Vec<Waiting> {
        vec![Waiting { path: "p".into(), waiting, delivered }]
    }

    #[test]
    fn a_queue_that_grows_is_told_of_until_it_shrinks() {
        let (mut growth, settings) = (Growth::default(), NoticeSettings::default());
        assert!(growth.is_due(&settings, at(0)));
        growth.sample(&settings, at(0), waiting(10, 0));
        assert!(!growth.is_due(&settings, at(0)) && growth.is_due(&settings, at(1)));
        growth.sample(&settings, at(5), waiting(400, 40));
        assert!(growth.notices(&settings, |_| false).is_empty(), "not enough");
        growth.sample(&settings, at(10), waiting(600, 90));
        let told = growth.notices(&settings, |_| false);
        let seen = Observation::Growth { before: 10, now: 600, delivered: 90, span_ms: 600_000 };
        assert_eq!((&told[0].evidence[0].what, told[0].count), (&seen, 600));
        growth.sample(&settings, at(24), waiting(700, 300));
        assert!(growth.notices(&settings, |_| false).is_empty(), "not fast enough to begin with");
        assert_eq!(growth.notices(&settings, |_| true).len(), 1, "it still grows");
        growth.sample(&settings, at(40), waiting(650, 900));
        assert!(growth.notices(&settings, |_| true).is_empty(), "it shrinks");
        growth.sample(&settings, at(41), Vec::new());
        growth.sample(&settings, at(60), Vec::new());
        assert!(growth.queues.is_empty(), "nothing is kept of what is over");
    }

    #[test]
    fn what_waits_at_the_first_look_has_not_grown() {
        let (mut growth, settings) = (Growth::default(), NoticeSettings::default());
        growth.sample(&settings, at(0), waiting(100_000, 0));
        assert!(growth.notices(&settings, |_| false).is_empty());
        growth.sample(&settings, at(1), waiting(100_010, 0));
        assert!(growth.notices(&settings, |_| false).is_empty());
    }

    #[test]
    fn a_queue_that_appears_between_two_looks_has_grown_from_nothing() {
        let (mut growth, settings) = (Growth::default(), NoticeSettings::default());
        growth.sample(&settings, at(1), Vec::new());
        growth.sample(&settings, at(2), waiting(900, 0));
        assert_eq!(growth.notices(&settings, |_| false)[0].count, 900);
    }
}
