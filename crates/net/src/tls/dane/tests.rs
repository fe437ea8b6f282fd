use causeway_testkit::{Issued, TestCa, Validity};
use proptest::prelude::*;

use super::*;
use crate::tls::provider;

const HOST: &str = "mx.partner.test";

/// The digest that a record would have.
fn data(certificate: &[u8], selector: u8, matching: u8) -> Vec<u8> {
    let subject = Subject::of(certificate);
    match (selector, matching) {
        (0, 0) => certificate.to_vec(),
        (1, 0) => subject.key.unwrap(),
        (selector, matching) => {
            subject.digests[usize::from(selector)][usize::from(matching) - 1].clone()
        }
    }
}

fn record(usage: u8, selector: u8, matching: u8, certificate: &[u8]) -> Vec<u8> {
    let mut octets = vec![usage, selector, matching];
    octets.extend(data(certificate, selector, matching));
    octets
}

fn set(records: &[Vec<u8>]) -> TlsaSet {
    TlsaSet::new(HOST.into(), records.iter().map(Vec::as_slice))
}

fn verdict(records: &[Vec<u8>], issued: &Issued) -> Result<(), Failure> {
    let (leaf, rest) = issued.chain.split_first().unwrap();
    let algorithms = provider().signature_verification_algorithms;
    let names = ["partner.test".to_owned()];
    check(&set(records), leaf, rest, &names, &algorithms, UnixTime::now())
}

#[test]
fn an_end_entity_record_vouches_whatever_name_dates_and_issuer_are() {
    let ca = TestCa::new("Partner");
    for issued in [
        ca.issue(&["other.test"], Validity::Expired),
        ca.self_signed(&["other.test"], Validity::NotYet),
    ] {
        for selector in [0, 1] {
            for matching in [0, 1, 2] {
                let good = record(3, selector, matching, &issued.chain[0]);
                assert_eq!(verdict(std::slice::from_ref(&good), &issued), Ok(()));
                let mut bad = good.clone();
                *bad.last_mut().unwrap() ^= 1;
                assert!(verdict(std::slice::from_ref(&bad), &issued).is_err());
                // Any record may match.
                assert_eq!(verdict(&[bad, good.clone()], &issued), Ok(()));
            }
        }
    }
}

#[test]
fn an_authority_record_wants_chain_dates_and_name() {
    let ca = TestCa::with_intermediate("Partner");
    let good = ca.issue(&[HOST], Validity::Now);
    let authority = good.chain[1].clone();
    for (selector, matching) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
        let records = [record(2, selector, matching, &authority)];
        assert_eq!(verdict(&records, &good), Ok(()), "2 {selector} {matching}");
        let for_domain = ca.issue(&["partner.test"], Validity::Now);
        assert_eq!(verdict(&records, &for_domain), Ok(()), "the domain's name will do");
        let other = ca.issue(&["other.test"], Validity::Now);
        assert!(matches!(verdict(&records, &other), Err(Failure::CertificateNameMismatch { .. })));
        let expired = ca.issue(&[HOST], Validity::Expired);
        assert!(matches!(verdict(&records, &expired), Err(Failure::CertificateExpired { .. })));
    }
    // Another authority's certificate, with ours added to the chain.
    let stranger = TestCa::new("Stranger");
    let mut posing = stranger.issue(&[HOST], Validity::Now);
    posing.chain.push(authority.clone());
    assert!(verdict(&[record(2, 0, 1, &authority)], &posing).is_err());
}

#[test]
fn the_servers_own_certificate_is_no_authority() {
    let ca = TestCa::new("Partner");
    let own = ca.self_signed(&[HOST], Validity::Now);
    let records = [record(2, 0, 1, &own.chain[0])];
    assert!(matches!(verdict(&records, &own), Err(Failure::TlsaMismatch { records: 1, .. })));
}

#[test]
fn an_authority_that_was_not_sent_counts_when_the_record_has_all_of_it() {
    let ca = TestCa::with_intermediate("Partner");
    let whole = ca.issue(&[HOST], Validity::Now);
    let authority = whole.chain[1].clone();
    let bare = whole.without_intermediate();
    assert_eq!(verdict(&[record(2, 0, 0, &authority)], &bare), Ok(()));
    assert!(verdict(&[record(2, 0, 1, &authority)], &bare).is_err());
}

#[test]
fn records_that_cannot_be_used_are_not_there() {
    // TLS-11
    let ca = TestCa::new("Partner");
    let issued = ca.issue(&[HOST], Validity::Now);
    let useless: Vec<Vec<u8>> = vec![
        vec![],
        vec![3],
        vec![3, 1],
        vec![3, 1, 1],
        vec![3, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        vec![3, 0, 0],
        record(0, 1, 1, &issued.chain[0]),
        record(1, 1, 1, &issued.chain[0]),
        {
            let mut nine = record(3, 1, 1, &issued.chain[0]);
            nine[0] = 9;
            nine
        },
        {
            let mut selector = record(3, 1, 1, &issued.chain[0]);
            selector[1] = 2;
            selector
        },
        {
            let mut matching = record(3, 1, 1, &issued.chain[0]);
            matching[2] = 3;
            matching
        },
    ];
    for record in &useless {
        assert_eq!(Tlsa::read(record), None, "{record:?}");
    }
    assert!(set(&useless).is_empty());
    // Among 500 of them the one good record is found.
    let mut many: Vec<Vec<u8>> = (0u16..500)
        .map(|n| {
            let mut other = vec![3, 1, 1];
            other.extend([(n >> 8) as u8, n as u8].repeat(16));
            other
        })
        .collect();
    assert!(verdict(&many, &issued).is_err());
    many.push(record(3, 1, 1, &issued.chain[0]));
    assert_eq!(verdict(&many, &issued), Ok(()));
}

#[test]
fn of_two_digests_of_the_same_thing_the_stronger_counts() {
    let ca = TestCa::new("Partner");
    let (old, new) = (ca.issue(&[HOST], Validity::Now), ca.issue(&[HOST], Validity::Now));
    let records = [record(3, 1, 1, &old.chain[0]), record(3, 1, 2, &new.chain[0])];
    assert_eq!(verdict(&records, &new), Ok(()));
    assert!(verdict(&records, &old).is_err());
    // Another selector is another matter.
    let records = [record(3, 0, 1, &old.chain[0]), record(3, 1, 2, &new.chain[0])];
    assert_eq!(verdict(&records, &old), Ok(()));
}

proptest! {
    #[test]
    fn any_record_is_read(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Some(record) = Tlsa::read(&octets) {
            prop_assert!(octets.len() > 3);
            prop_assert_eq!(&octets[3..], &record.data);
        }
    }
}
