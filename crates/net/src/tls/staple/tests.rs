use std::sync::LazyLock;
use std::time::UNIX_EPOCH;

use causeway_testkit::{Issued, Said, Signer, TestCa, Validity};
use proptest::prelude::*;

use super::super::{provider, verdict};
use super::*;

const NAME: &str = "mx.partner.test";
const DAY: Duration = Duration::from_secs(86_400);

/// What is made of octets that come with a certificate, by somebody who trusts `trusted`.
fn read_by(trusted: &TestCa, issued: &Issued, octets: &[u8]) -> Staple {
    let mut store = rustls::RootCertStore::empty();
    store.add(trusted.root().clone()).unwrap();
    let roots = TrustRoots::from_store(store);
    let algorithms = provider().signature_verification_algorithms;
    let (leaf, intermediates) = issued.chain.split_first().unwrap();
    let now = UnixTime::now();
    let chain = verdict::check_chain(leaf, intermediates, &roots, &algorithms, now);
    let algorithms = &algorithms;
    read(octets, &Subject { leaf, intermediates, roots: &roots, chain: &chain, algorithms, now })
}

fn said(staple: Staple) -> Statement {
    let Staple::Said(statement) = staple else { panic!("{staple:?}") };
    statement
}

#[test]
fn the_issuer_s_own_statement_is_relied_on() {
    for ca in [TestCa::new("Authority"), TestCa::with_intermediate("Authority")] {
        let issued = ca.issue(&[NAME], Validity::Now);
        let read = |what| said(read_by(&ca, &issued, &ca.statement(&issued, what)));
        let good = read(Said::good());
        assert_eq!((good.status, good.doubt), (StapleStatus::Good, None));
        assert!(good.next_update.unwrap().since(good.this_update) >= 4 * DAY);
        assert_eq!(read(Said::unknown()).status, StapleStatus::Unknown);
        let revoked = read(Said::revoked());
        assert!(matches!(revoked.status, StapleStatus::Revoked { at } if at < revoked.this_update));
        assert_eq!(revoked.doubt, None);
        assert!(Staple::Said(revoked).is_revoked() && !Staple::Said(good).is_revoked());
    }
}

#[test]
fn a_responder_counts_only_with_a_certificate_for_that() {
    let ca = TestCa::with_intermediate("Authority");
    let issued = ca.issue(&[NAME], Validity::Now);
    let by = |signer| said(read_by(&ca, &issued, &ca.statement_by(signer, &issued, Said::good())));
    assert_eq!(by(Signer::Responder).doubt, None);
    assert_eq!(by(Signer::AnybodyElse).doubt, Some(Doubt::ForeignSignature));
}

#[test]
fn a_changed_statement_counts_for_nothing() {
    let ca = TestCa::new("Authority");
    let issued = ca.issue(&[NAME], Validity::Now);
    let mut octets = ca.statement(&issued, Said::revoked());
    let last = octets.len() - 1;
    octets[last] ^= 1;
    let statement = said(read_by(&ca, &issued, &octets));
    assert_eq!(statement.doubt, Some(Doubt::ForeignSignature));
    assert!(!Staple::Said(statement).is_revoked());
}

#[test]
fn an_issuer_that_nobody_trusts_confirms_nothing() {
    let (trusted, stranger) = (TestCa::new("Authority"), TestCa::new("Stranger"));
    let issued = stranger.issue(&[NAME], Validity::Now);
    let octets = stranger.statement(&issued, Said::revoked());
    assert_eq!(said(read_by(&trusted, &issued, &octets)).doubt, Some(Doubt::IssuerNotTrusted));
}

#[test]
fn a_statement_about_another_certificate_says_nothing() {
    let (ca, stranger) = (TestCa::new("Authority"), TestCa::new("Authority"));
    let (issued, other) = (ca.issue(&[NAME], Validity::Now), ca.issue(&[NAME], Validity::Now));
    let about_other = ca.statement(&other, Said::revoked());
    let by_other = stranger.statement(&issued, Said::revoked());
    for octets in [about_other, by_other] {
        let read = read_by(&ca, &issued, &octets);
        assert_eq!(read, Staple::Useless(Useless::OtherCertificate));
    }
}

#[test]
fn a_statement_has_its_time() {
    let ca = TestCa::new("Authority");
    let issued = ca.issue(&[NAME], Validity::Now);
    let now = UNIX_EPOCH + Duration::from_secs(UnixTime::now().as_secs());
    let doubt = |from, until| {
        let octets = ca.statement(&issued, Said::revoked().between(from, until));
        said(read_by(&ca, &issued, &octets)).doubt
    };
    assert_eq!(doubt(now - 2 * DAY, Some(now - DAY)), Some(Doubt::OutOfDate));
    assert_eq!(doubt(now + DAY, Some(now + 2 * DAY)), Some(Doubt::NotYet));
    assert_eq!(doubt(now - 9 * DAY, None), None);
    assert_eq!(doubt(now - 11 * DAY, None), Some(Doubt::OutOfDate));
    assert_eq!(doubt(now, Some(now + DAY)), None);
}

#[test]
fn what_is_no_statement_is_told_as_such() {
    let ca = TestCa::new("Authority");
    let issued = ca.issue(&[NAME], Validity::Now);
    assert_eq!(read_by(&ca, &issued, b""), Staple::Missing);
    assert_eq!(read_by(&ca, &issued, b"nonsense"), Staple::Useless(Useless::Unreadable));
    let try_later = OcspResponse::try_later().to_der().unwrap();
    assert_eq!(read_by(&ca, &issued, &try_later), Staple::Useless(Useless::Unanswered));
}

proptest! {
    #[test]
    fn no_octets_confuse_the_reader(position in 0_usize..400, value in any::<u8>(), cut in 0_usize..400) {
        static SAID: LazyLock<(TestCa, Issued, Vec<u8>)> = LazyLock::new(|| {
            let ca = TestCa::new("Authority");
            let issued = ca.issue(&[NAME], Validity::Now);
            let good = ca.statement(&issued, Said::good());
            (ca, issued, good)
        });
        let (ca, issued, good) = &*SAID;
        let mut octets = good.clone();
        if let Some(octet) = octets.get_mut(position) {
            *octet = value;
        }
        octets.truncate(good.len().saturating_sub(cut));
        let read = read_by(ca, issued, &octets);
        // Whatever was changed, it does not become a revocation.
        prop_assert!(!read.is_revoked());
    }
}
