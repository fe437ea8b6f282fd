//! Causes in logging in: not offered, refused, unreadable here, kept back.

use causeway_model::Failure;

use super::facts::{Aspect, Facts};
use super::seen::Seen;
use super::session::masked;
use super::{Known, Proof, Verdict};
use crate::finding::Fact;

pub(super) fn judge(cause: &str, facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    match cause {
        "login-not-offered" => login_missing(facts, seen, verdict),
        "credentials-wrong" => credentials(facts, verdict),
        "credentials-unreadable" => {
            if matches!(facts.failure(), Some(Failure::CredentialsUnreadable { .. })) {
                verdict.confirm([facts.failed()]);
            }
        }
        "credentials-unprotected" => unprotected(facts, seen, verdict),
        _ => {}
    }
}

fn login_missing(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if !matches!(facts.failure(), Some(Failure::AuthNotOffered)) {
        return;
    }
    let encrypted = seen.found(|fact| matches!(fact, Fact::Hello { encrypted: true, .. }));
    let offers = |fact: &Fact| match fact {
        Fact::Hello { keywords, .. } => {
            keywords.iter().any(|keyword| keyword.to_ascii_uppercase().starts_with("AUTH"))
        }
        _ => false,
    };
    match encrypted.last() {
        Some(hello) if !offers(&hello.fact) => {
            verdict.confirm([Proof::Found(Box::new((*hello).clone()))]);
        }
        _ => {
            let without = seen.found(|fact| matches!(fact, Fact::Hello { .. }));
            if let Some(hello) = without.last().filter(|hello| !offers(&hello.fact)) {
                verdict.support(3, [Proof::Found(Box::new((*hello).clone()))]);
            }
        }
    }
}

fn credentials(facts: &Facts, verdict: &mut Verdict) {
    let Some(Failure::AuthRefused { reply }) = facts.failure() else { return };
    if reply.code < 500 {
        // It could not look them up now (RFC 4954, section 6): that says nothing about them.
        return verdict.doubt();
    }
    // The other end is the one who knows, and said so.
    match facts.change_of(&[Aspect::Login, Aspect::Added]) {
        Some(change) => verdict.confirm([
            facts.failed(),
            Proof::Known(Known::Changed(change.clone())),
            facts.worked(),
        ]),
        None => verdict.support(4, [facts.failed(), facts.worked()]),
    }
}

/// The password was kept back: that was decided here. Whether what it lacked is lacking at the server itself, a
/// session shows; a device on the way that takes STARTTLS away is another cause.
fn unprotected(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if !matches!(facts.failure(), Some(Failure::CredentialsUnprotected { .. })) {
        return;
    }
    let good = |fact: &Fact| matches!(fact, Fact::CertificateGood { .. });
    if seen.any(good) {
        return verdict.rule_out(seen.proof(good));
    }
    let lacking = |fact: &Fact| {
        matches!(
            fact,
            Fact::StarttlsMissing { .. }
                | Fact::StarttlsRefused { .. }
                | Fact::TlsFailed { .. }
                | Fact::CertificateBad { .. }
        )
    };
    if seen.any(masked) || !seen.any(lacking) {
        return verdict.support(3, [facts.failed()]);
    }
    let shown = seen.proof(|fact| matches!(fact, Fact::CertificateShown { .. }));
    verdict.confirm([facts.failed()].into_iter().chain(seen.proofs(lacking)).chain(shown));
}
