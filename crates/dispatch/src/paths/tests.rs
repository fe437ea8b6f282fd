//! How paths fare, as messages tell it.

use std::net::{IpAddr, Ipv4Addr};

use causeway_model::{Failure, Outcome, QueueId, Reply, Stage};
use causeway_smtp::trail::Hop;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

/// The host that everybody is sent to.
const HOST: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 25);

fn failed(seconds: i64, failure: Failure) -> Attempt {
    let attempt = Attempt::new(at(seconds), "p", Stage::Data, Outcome::Failure(failure));
    Attempt { host: Some("h".into()), address: Some(HOST), ..attempt }
}

/// So many recipients, always the same.
fn troubled(paths: &Paths, attempt: &Attempt, count: u32) -> bool {
    let address = address("x@p.test");
    let key = |index| RecipientKey { message: QueueId::from_u64(1), index };
    let hit: Vec<_> = (0..count).map(|index| (key(index), &address)).collect();
    paths.troubled("p", attempt, &hit, Signs::default())
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn paths() -> Paths {
    Paths::new(Arc::new(Notify::new()))
}

fn flows(paths: &Paths, site: &str, seconds: i64) {
    paths.succeeded(site, at(seconds), ("h", HOST, None), []);
}

#[test]
fn a_conversation_that_breaks_once_is_the_messages_trouble_and_three_times_the_paths() {
    let paths = paths();
    let broken = |n| failed(n, Failure::ClosedAbruptly { bytes_received: 9 });
    troubled(&paths, &broken(1), 1);
    troubled(&paths, &broken(2), 1);
    assert!(paths.troubles(at(3)).is_empty());
    troubled(&paths, &broken(3), 2);
    let troubles = paths.troubles(at(3));
    let trouble = &troubles[0].1;
    assert_eq!((trouble.affected.len(), trouble.count, trouble.since), (2, 3, at(1)));
    assert!(paths.troubles(at(8_000)).is_empty(), "over after a while");
    flows(&paths, "p", 4);
    assert!(paths.troubles(at(4)).is_empty());
    assert_eq!(paths.success_of("p").unwrap().at, at(4));
}

#[test]
fn a_refusal_of_a_recipient_says_nothing_about_the_path() {
    let paths = paths();
    let said = |text: &str| Failure::Replied { reply: Reply::new(550, None, text) };
    troubled(&paths, &failed(1, said("5.1.1 user unknown")), 1);
    assert!(paths.troubles(at(1)).is_empty());
    troubled(&paths, &failed(1, said("relaying denied")), 1);
    assert_eq!(paths.troubles(at(1)).len(), 1);
    paths.forget_troubles(|connector| connector == Some("another"));
    assert_eq!(paths.troubles(at(1)).len(), 1);
    paths.forget_troubles(|_| true);
    assert!(paths.troubles(at(1)).is_empty());
}

/// A refusal to relay for a recipient; `taken`: another one that was taken in the same transaction.
fn refuse(paths: &Paths, seconds: i64, to: &str, taken: Option<&str>) {
    let reply = Reply::new(550, None, "relaying denied");
    let attempt = Attempt { stage: Stage::Rcpt, ..failed(seconds, Failure::Replied { reply }) };
    refused(paths, &attempt, to, taken);
}

fn refused(paths: &Paths, attempt: &Attempt, to: &str, taken: Option<&str>) {
    let key = RecipientKey { message: QueueId::from_u64(attempt.at.as_millis() as u64), index: 0 };
    let taken: Vec<Address> = taken.into_iter().map(address).collect();
    let beside = taken.first().map(|address| TakenBeside {
        domain: address.domain().clone(),
        at: attempt.at,
        host: "h".into(),
        is_latest: true,
    });
    let signs = Signs { beside, taken: taken.iter().collect(), ..Signs::default() };
    assert!(paths.troubled("p", attempt, &[(key, &address(to))], signs));
}

fn take(paths: &Paths, seconds: i64, to: &str) {
    let taken = [address(to)];
    paths.succeeded("p", at(seconds), ("h", HOST, None), &taken);
}

/// How many messages are refused, and when another recipient was taken last.
fn beside(paths: &Paths, seconds: i64) -> Option<(u32, Option<Timestamp>)> {
    let troubles = paths.troubles(at(seconds));
    troubles.first().map(|(_, one)| (one.count, one.beside.as_ref().map(|taken| taken.at)))
}

#[test]
fn refusals_beside_others_are_the_paths_trouble_after_a_few_and_end_with_one_who_was_refused() {
    let paths = paths();
    take(&paths, 1, "w@p.test");
    refuse(&paths, 2, "x@p.test", None);
    assert_eq!(beside(&paths, 2), Some((1, None)), "who was taken before proves nothing");
    take(&paths, 3, "w@p.test");
    assert_eq!(beside(&paths, 3), None);
    refuse(&paths, 4, "x@p.test", None);
    refuse(&paths, 5, "y@p.test", None);
    assert_eq!(beside(&paths, 5), None, "addresses may be mistyped");
    refuse(&paths, 6, "y@p.test", None);
    assert_eq!(beside(&paths, 6), Some((3, Some(at(3)))));
    take(&paths, 7, "w@p.test");
    take(&paths, 8, "somebody@another.test");
    paths.answered("p");
    assert_eq!(beside(&paths, 8), Some((3, Some(at(7)))), "nothing of this mends it");
    assert_eq!(beside(&paths, 8_000), None, "it has not happened for long");
    take(&paths, 9, "y@p.test");
    assert_eq!(beside(&paths, 9), None);
    refuse(&paths, 10, "y@p.test", None);
    assert_eq!(beside(&paths, 10), Some((1, None)), "it begins anew");
}

#[test]
fn who_was_taken_in_the_same_transaction_counts_at_once_and_long_ago_not_any_more() {
    let paths = paths();
    for seconds in 1..=3 {
        take(&paths, seconds, "w@p.test");
        refuse(&paths, seconds, "x@p.test", Some("w@p.test"));
    }
    assert_eq!(beside(&paths, 3), Some((3, Some(at(3)))));
    refuse(&paths, 9_000, "x@p.test", Some("w@p.test"));
    assert_eq!(beside(&paths, 9_000), None, "the first one after a long time");
    refuse(&paths, 9_001, "x@another.test", None);
    assert_eq!(beside(&paths, 9_001), Some((1, None)), "a whole domain is refused");
}

#[test]
fn a_circle_is_not_over_with_the_next_message_that_goes_round_in_it() {
    let paths = paths();
    let hops = ["us", "gate", "us"].map(|by| Hop { by: by.into(), id: None });
    let reply = Reply::new(554, None, "5.4.6 too many hops");
    let attempt = failed(1, Failure::Replied { reply });
    let key = RecipientKey { message: QueueId::from_u64(1), index: 0 };
    for (trail, is_over) in [(Vec::new(), true), (hops.to_vec(), false)] {
        let signs = Signs { trail, ..Signs::default() };
        paths.troubled("p", &attempt, &[(key, &address("x@p.test"))], signs);
        flows(&paths, "p", 2);
        assert_eq!(paths.troubles(at(2)).is_empty(), is_over);
    }
    assert_eq!(paths.troubles(at(2))[0].1.trail.len(), 3);
    assert!(paths.troubles(at(8_000)).is_empty(), "over after a while");
}

#[test]
fn a_connector_is_used_by_any_of_its_paths_and_by_no_other_of_a_similar_name() {
    let paths = paths();
    flows(&paths, "connector \"a\" to b.test", 4);
    flows(&paths, "connector \"a b\"", 9);
    flows(&paths, "connector \"a b\"", 10);
    assert_eq!(paths.connector_used("a"), Some(at(4)));
    assert_eq!(paths.connector_used("a b"), Some(at(10)));
    assert_eq!(paths.connector_used("b"), None);
    assert_eq!((paths.delivered("connector \"a b\""), paths.delivered_by_all()), (2, 3));
}

#[test]
fn a_server_that_takes_nothing_is_in_trouble_after_a_few_messages_and_no_refusal_is_a_success() {
    let paths = paths();
    flows(&paths, "p", 1);
    let short = |n| {
        let reply = Reply::new(452, None, "4.3.1 Insufficient system storage");
        Attempt { stage: Stage::EndOfData, ..failed(n, Failure::Replied { reply }) }
    };
    for n in 2..4 {
        assert!(troubled(&paths, &short(n), 1));
        assert!(paths.troubles(at(n)).is_empty(), "{n}: may pass");
    }
    troubled(&paths, &short(4), 1);
    assert_eq!(paths.troubles(at(4)).len(), 1);
    paths.answered("p");
    assert!(paths.troubles(at(5)).is_empty());
    assert_eq!((paths.success_of("p").unwrap().at, paths.delivered("p")), (at(1), 1));
}

#[test]
fn what_is_remembered_is_bounded_and_the_latest_stays() {
    let paths = paths();
    for n in 0..=MOST {
        flows(&paths, &format!("site {n}"), n as i64);
    }
    assert!(paths.by_site.lock().len() <= MOST);
    assert!(paths.success_of(&format!("site {MOST}")).is_some());
    assert!(paths.success_of("site 0").is_none());
    assert_eq!(paths.count_successes(at(MOST as i64 - 1), 9, |_| true), 2);
    assert_eq!(paths.count_successes(at(0), 9, |address| address.port() == 25), 9);
    assert_eq!(paths.count_successes(at(0), 9, |address| address.port() == 587), 0);
    let latest = paths.successes(at(0), 2);
    assert_eq!(latest[0].0, format!("site {MOST}"));
    assert_eq!(latest.len(), 2);
}

#[test]
fn of_a_connectors_hosts_the_certificate_that_ends_first_counts_whichever_was_spoken_to_last() {
    let facts = |ends: i64| CertificateFacts {
        subject: String::new(),
        issuer: String::new(),
        names: Vec::new(),
        not_before: at(0),
        not_after: at(ends),
        serial: String::new(),
        self_issued: false,
    };
    let paths = paths();
    let ends = || paths.certificates().iter().map(|(_, seen)| seen.facts.not_after).next();
    paths.showed("c", "a.test", &facts(100), at(1));
    paths.showed("c", "b.test", &facts(900), at(2));
    assert_eq!(ends(), Some(at(100)), "no coming and going from session to session");
    paths.showed("c", "a.test", &facts(500), at(3));
    assert_eq!(ends(), Some(at(500)), "renewed");
    for n in 0..20 {
        paths.showed("c", &format!("{n}.test"), &facts(9_999), at(4));
    }
    assert_eq!(paths.by_site.lock()["c"].certificates.len(), MOST_HOSTS);
}

/// Whether others of the domain were taken together with the latest refusal or after it; `None`: they are not taken.
fn is_latest(paths: &Paths, seconds: i64) -> Option<bool> {
    let troubles = paths.troubles(at(seconds));
    troubles.first().and_then(|(_, one)| one.beside.as_ref()).map(|taken| taken.is_latest)
}

fn established(paths: &Paths) {
    for seconds in 1..=3 {
        take(paths, seconds, "w@p.test");
        refuse(paths, seconds, "x@p.test", Some("w@p.test"));
    }
    assert_eq!(is_latest(paths, 3), Some(true), "in the same transaction");
}

#[test]
fn who_was_taken_before_the_latest_refusal_shows_less_than_who_is_taken_after_it() {
    let paths = paths();
    established(&paths);
    refuse(&paths, 4, "y@p.test", None);
    assert_eq!(is_latest(&paths, 4), Some(false), "it may have been closed in between");
    take(&paths, 5, "v@p.test");
    assert_eq!(is_latest(&paths, 5), Some(true));
}

#[test]
fn when_somebody_who_was_taken_is_refused_the_domain_may_be_closed_for_everybody() {
    let paths = paths();
    established(&paths);
    take(&paths, 4, "John@p.test");
    refuse(&paths, 5, "john@P.test", None);
    assert_eq!((is_latest(&paths, 5), beside(&paths, 5)), (None, Some((4, None))));
    take(&paths, 6, "v@p.test");
    assert!(paths.troubles(at(6)).is_empty(), "open again, and counted from the start");
    for seconds in 7..10 {
        refuse(&paths, seconds, "x@p.test", None);
    }
    assert_eq!(beside(&paths, 9), Some((3, Some(at(6)))));
    take(&paths, 10, "X@p.test");
    assert!(paths.troubles(at(10)).is_empty(), "who was refused is taken, however it is written");
}

#[test]
fn what_another_host_takes_says_nothing_about_the_one_that_refuses() {
    let paths = paths();
    let other: SocketAddr = ([192, 0, 2, 2], 25).into();
    let another_takes = |seconds, host: &str, address, to: &str| {
        let taken = [self::address(to)];
        paths.succeeded("p", at(seconds), (host, address, None), &taken);
    };
    refuse(&paths, 1, "x@p.test", None);
    another_takes(2, "i", other, "w@p.test");
    another_takes(2, "h", ([192, 0, 2, 1], 2525).into(), "w@p.test");
    for seconds in 3..6 {
        refuse(&paths, seconds, "x@p.test", None);
    }
    another_takes(6, "i", other, "x@p.test");
    assert_eq!(beside(&paths, 6), Some((4, None)), "it refuses everybody as ever");
    assert!(paths.troubles(at(8_000)).is_empty(), "over after a while");
    take(&paths, 7, "w@p.test");
    for seconds in 8..11 {
        refuse(&paths, seconds, "x@p.test", None);
    }
    let reply = Reply::new(550, None, "relaying denied");
    let by_another = Attempt {
        stage: Stage::Rcpt,
        host: Some("i".into()),
        address: Some(other),
        ..failed(11, Failure::Replied { reply })
    };
    refused(&paths, &by_another, "x@p.test", None);
    let (_, trouble) = paths.troubles(at(11)).remove(0);
    assert_eq!(
        (trouble.count, trouble.last.host.as_deref()),
        (3, Some("h")),
        "the evidence names it"
    );
}

#[test]
fn what_lasts_is_ended_neither_by_what_passes_nor_by_a_refusal_in_another_domain() {
    let paths = paths();
    let reply = |code, text: &str| Failure::Replied { reply: Reply::new(code, None, text) };
    let short = |seconds| failed(seconds, reply(452, "4.3.1 Insufficient system storage"));
    established(&paths);
    troubled(&paths, &short(4), 1);
    take(&paths, 5, "w@p.test");
    assert_eq!(beside(&paths, 5), Some((3, Some(at(5)))));
    refuse(&paths, 6, "x@another.test", None);
    take(&paths, 7, "w@p.test");
    assert_eq!(beside(&paths, 7), Some((3, Some(at(7)))));
    (8..12).for_each(|seconds| _ = troubled(&paths, &short(seconds), 1));
    paths.answered("p");
    refuse(&paths, 12, "x@p.test", None);
    assert_eq!(beside(&paths, 12), Some((4, Some(at(7)))));
    (13..16).for_each(|seconds| _ = troubled(&paths, &short(seconds), 1));
    take(&paths, 16, "x@p.test");
    assert!(paths.troubles(at(16)).is_empty(), "that mends both");
}

#[test]
fn a_circle_outlives_a_message_that_is_put_off_and_one_that_is_taken() {
    let paths = paths();
    let reply = |code, text: &str| Failure::Replied { reply: Reply::new(code, None, text) };
    let trail = ["us", "gate", "us"].map(|by| Hop { by: by.into(), id: None }).to_vec();
    let key = RecipientKey { message: QueueId::from_u64(1), index: 0 };
    let circle = failed(1, reply(554, "5.4.6 too many hops"));
    let signs = Signs { trail, ..Signs::default() };
    paths.troubled("p", &circle, &[(key, &address("x@p.test"))], signs);
    troubled(&paths, &failed(2, reply(452, "4.3.1 Insufficient system storage")), 1);
    flows(&paths, "p", 3);
    assert_eq!(paths.troubles(at(3))[0].1.trail.len(), 3);
}
