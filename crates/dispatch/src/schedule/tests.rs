use causeway_model::{Failure, Outcome, Stage};

use std::collections::HashSet;

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}

fn key(message: u64, index: u32) -> RecipientKey {
    RecipientKey { message: QueueId::from_u64(message), index }
}

fn refused() -> Attempt {
    Attempt::new(at(0), "c", Stage::Connect, Outcome::Failure(Failure::ConnectionRefused))
}

fn with(keys: &[RecipientKey]) -> (Schedule, SiteIndex) {
    let mut schedule = Schedule::default();
    let site = schedule.site_index(&SiteKey::Connector("c".into()));
    let domain = Domain::parse("ext.test").unwrap();
    for key in keys {
        schedule.admit(*key, &domain, 0);
    }
    (schedule, site)
}

#[test]
fn recipients_of_one_message_go_together_and_in_turn() {
    let keys = [key(1, 1), key(1, 0), key(2, 0)];
    let (mut schedule, site) = with(&keys);
    assert!(matches!(schedule.join(keys[0], site, false), Call::Start(_)));
    schedule.join(keys[1], site, false);
    schedule.join(keys[2], site, false);
    let me = Arc::new(Notify::new());
    let job = schedule.take_job(site, &me, Timestamp::from_millis(0)).unwrap();
    assert_eq!(job, Job { message: QueueId::from_u64(1), recipients: vec![(0, 0), (1, 0)] });
    assert_eq!(
        schedule.take_job(site, &me, Timestamp::from_millis(0)).unwrap().message,
        QueueId::from_u64(2)
    );
    assert!(schedule.take_job(site, &me, Timestamp::from_millis(0)).is_none());
    assert!(!schedule.is_quiet(), "two jobs are out");
}

#[test]
fn an_idle_worker_is_called_before_a_new_one_is_started() {
    let keys = [key(1, 0), key(2, 0)];
    let (mut schedule, site) = with(&keys);
    schedule.join(keys[0], site, false);
    let me = Arc::new(Notify::new());
    schedule.take_job(site, &me, Timestamp::from_millis(0)).unwrap();
    assert!(schedule.take_job(site, &me, Timestamp::from_millis(0)).is_none());
    let Call::Wake(called) = schedule.join(keys[1], site, false) else { panic!("not called") };
    assert!(Arc::ptr_eq(&called, &me));
    assert!(!schedule.retire(site, &me), "somebody who has been called may not go");
    assert!(schedule.take_job(site, &me, Timestamp::from_millis(0)).is_some());
    assert!(schedule.take_job(site, &me, Timestamp::from_millis(0)).is_none());
    assert!(schedule.retire(site, &me));
    assert_eq!(schedule.site(site).workers, 0);
}

#[test]
fn a_failed_site_keeps_everybody_waiting_until_its_time() {
    let keys = [key(1, 0), key(2, 0), key(3, 0)];
    let (mut schedule, site) = with(&keys);
    schedule.join(keys[0], site, false);
    schedule.join(keys[1], site, false);
    let me = Arc::new(Notify::new());
    schedule.take_job(site, &me, Timestamp::from_millis(0)).unwrap();
    schedule.site_failed(site, refused(), at(60));
    schedule.count_attempt(keys[0]);
    assert!(matches!(schedule.join(keys[0], site, true), Call::None));
    schedule.job_done(site);
    assert!(schedule.is_quiet());
    assert!(matches!(schedule.join(keys[2], site, false), Call::None));
    assert!(schedule.take_job(site, &me, Timestamp::from_millis(0)).is_none());
    let waiting = schedule.glimpse(keys[1]).unwrap();
    assert_eq!((waiting.next_attempt_at, waiting.attempts), (Some(at(60)), 1));
    assert_eq!(schedule.glimpse(keys[2]).unwrap().attempts, 0);
    assert_eq!(schedule.next_wake(), Some(at(60)));
    assert!(schedule.due(at(59), 10).1.is_empty());
    let (recipients, calls) = schedule.due(at(60), 10);
    assert!(recipients.is_empty() && matches!(calls[..], [Call::Wake(_)]));
    assert_eq!(
        schedule.take_job(site, &me, Timestamp::from_millis(0)).unwrap().message,
        QueueId::from_u64(1)
    );
    assert_eq!(schedule.next_wake(), None);
}

#[test]
fn whatever_ends_is_nowhere_any_more() {
    let keys = [key(1, 0), key(2, 0)];
    let (mut schedule, site) = with(&keys);
    schedule.wait(keys[0], at(5));
    schedule.join(keys[1], site, false);
    schedule.forget(keys[0]);
    schedule.forget(keys[1]);
    assert_eq!(schedule.len(), 0);
    assert_eq!(schedule.next_wake(), None);
    assert_eq!(schedule.site(site).present, 0);
    assert!(matches!(schedule.join(keys[0], site, false), Call::None));
}

#[test]
fn a_recipient_costs_less_than_200_octets() {
    let entry = size_of::<(RecipientKey, Entry)>() * 8 / 7 + 1;
    let place = size_of::<(Timestamp, Wake)>() * 3 / 2;
    let name = 16 + "a-domain-of-usual-length.example".len();
    assert!(entry + place + name <= 200, "{} octets", entry + place + name);
}

#[test]
fn a_site_that_nobody_needs_makes_room_for_another() {
    let keys = [key(1, 0)];
    let (mut schedule, site) = with(&keys);
    schedule.join(keys[0], site, false);
    let me = Arc::new(Notify::new());
    schedule.take_job(site, &me, Timestamp::from_millis(0)).unwrap();
    schedule.forget(keys[0]);
    assert!(schedule.take_job(site, &me, Timestamp::from_millis(0)).is_none());
    assert!(schedule.retire(site, &me));
    assert_eq!(schedule.site_index(&SiteKey::Connector("c".into())), site, "a job is still out");
    schedule.job_done(site);
    assert_eq!(schedule.site_index(&SiteKey::Local), site);
}

#[test]
fn the_domains_of_those_who_wait_at_a_site_are_told_once_each() {
    let (one, other) = (Domain::parse("one.test").unwrap(), Domain::parse("other.test").unwrap());
    let mut schedule = Schedule::default();
    let site = schedule.site_index(&SiteKey::Connector("c".into()));
    for (message, domain) in [(1, &one), (2, &one), (3, &other)] {
        schedule.admit(key(message, 0), domain, 0);
        schedule.join(key(message, 0), site, false);
    }
    // Known, and waiting nowhere.
    schedule.admit(key(4, 0), &Domain::parse("apart.test").unwrap(), 0);
    assert_eq!(schedule.waiting_domains(), HashSet::from([one.clone(), other]));
    schedule.take_where(site, |domain| domain.as_str() == "other.test");
    assert_eq!(schedule.waiting_domains(), HashSet::from([one]));
}

#[test]
fn sites_are_found_by_the_names_that_people_see() {
    let mut schedule = Schedule::default();
    let domain = |name: &str| Domain::parse(name).unwrap();
    for key in [
        SiteKey::Local,
        SiteKey::Connector("to \"corp\"".into()),
        SiteKey::ConnectorMx("all".into(), domain("a.test")),
        SiteKey::Domain(domain("a.test")),
        SiteKey::Hosts("10 mx.a.test".into()),
    ] {
        let index = schedule.site_index(&key);
        assert_eq!(schedule.site_named(&key.to_string()), Some(index), "{key}");
    }
    assert_eq!(schedule.site_named("MX 20 mx.a.test"), None);
    assert_eq!(schedule.site_named("b.test"), None);
}
