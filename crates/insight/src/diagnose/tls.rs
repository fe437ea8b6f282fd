//! Causes in TLS: not offered, no common ground, certificates.

use causeway_model::Failure;
use causeway_model::config::TlsLevel;

use super::clock;
use super::facts::{Aspect, Facts};
use super::seen::Seen;
use super::{Known, Proof, Verdict};
use crate::finding::Fact;

pub(super) fn judge(cause: &str, facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    match cause {
        "tls-not-offered" => not_offered(facts, seen, verdict),
        "tls-demanded-in-vain" => in_vain(facts, seen, verdict),
        "handshake-incompatible" => handshake(seen, verdict),
        "clock-wrong" => clock::judge(facts, seen, verdict),
        "certificate-expired" | "certificate-not-yet-valid" if clock::is_doubtful(facts, seen) => {
            verdict.support(1, [facts.failed()]);
        }
        "certificate-expired" => {
            certificate(seen, verdict, |f| matches!(f, Failure::CertificateExpired { .. }));
        }
        "certificate-not-yet-valid" => {
            certificate(seen, verdict, |f| matches!(f, Failure::CertificateNotYetValid { .. }));
        }
        // Whether what is missing is trust or a certificate between, one certificate alone does not show.
        "chain-incomplete" if seen.any(alone) && seen.any(unknown_issuer) => {
            verdict.support(2, seen.proofs(alone));
        }
        "issuer-not-trusted" if seen.any(alone) && seen.any(unknown_issuer) => {
            verdict.support(4, seen.proofs(unknown_issuer).into_iter().chain(seen.proof(alone)));
        }
        "chain-incomplete" => {
            certificate(seen, verdict, |f| matches!(f, Failure::CertificateChainIncomplete { .. }));
        }
        "issuer-not-trusted" => certificate(seen, verdict, is_unknown_issuer),
        "certificate-self-signed" => {
            certificate(seen, verdict, |f| matches!(f, Failure::CertificateSelfSigned));
        }
        "certificate-revoked" => {
            certificate(seen, verdict, |f| matches!(f, Failure::CertificateRevoked));
            // Whose word it is. Alone it proves nothing: only one that is relied on makes the certificate bad.
            let said = seen.proof(|fact| matches!(fact, Fact::OcspStapled { .. }));
            verdict.add(said);
        }
        "certificate-damaged" => {
            certificate(seen, verdict, |f| matches!(f, Failure::CertificateInvalid { .. }));
        }
        "dane-records-outdated" | "sts-policy-outdated" => published(facts, seen, verdict),
        "policy-without-tls" if seen.any(missing) => {
            let unmet = |fact: &Fact| matches!(fact, Fact::PublishedUnmet { .. });
            verdict.support(3, seen.proofs(missing).into_iter().chain(seen.proofs(unmet)));
        }
        "certificate-not-for-host" => {
            let mismatch = |fact: &Fact| {
                matches!(
                    fact,
                    Fact::CertificateBad { failure: Failure::CertificateNameMismatch { .. }, .. }
                )
            };
            if seen.any(mismatch) {
                verdict.support(3, seen.proofs(mismatch));
            }
        }
        "certificate-for-other-name" | "expected-name-wrong" => {
            names(cause, facts, seen, verdict);
        }
        _ => {}
    }
}

/// What the domain publishes does not fit its server. That is likely out of date; whether somebody answers in the
/// server's place cannot be told from here, and is what the records are for: never more than likely.
fn published(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let good = |fact: &Fact| matches!(fact, Fact::CertificateGood { .. });
    verdict.support(if seen.any(good) { 5 } else { 2 }, [facts.failed()]);
    verdict.support(0, seen.proof(good));
    let unmet = |fact: &Fact| matches!(fact, Fact::PublishedUnmet { .. });
    let found = |fact: &Fact| matches!(fact, Fact::TlsaRecords { .. } | Fact::StsPolicy { .. });
    verdict.support(0, seen.proofs(found).into_iter().chain(seen.proofs(unmet)));
}

fn is_unknown_issuer(failure: &Failure) -> bool {
    matches!(failure, Failure::CertificateUnknownIssuer { .. })
}

fn unknown_issuer(fact: &Fact) -> bool {
    matches!(fact, Fact::CertificateBad { failure, .. } if is_unknown_issuer(failure))
}

/// The server sent its own certificate and none of its issuers.
fn alone(fact: &Fact) -> bool {
    matches!(fact, Fact::CertificateShown { intermediates: 0, .. })
}

fn missing(fact: &Fact) -> bool {
    matches!(fact, Fact::StarttlsMissing { .. } | Fact::StarttlsRefused { .. })
}

/// The change of the connector's demand after which it failed, where mail went in plain text before.
fn raised(facts: &Facts) -> Option<Proof> {
    let plain_before = facts.last_success.as_ref().is_some_and(|success| success.tls.is_none());
    let change = facts.change_of(&[Aspect::Tls]).filter(|_| plain_before)?;
    Some(Proof::Known(Known::Changed(change.clone())))
}

fn not_offered(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if !seen.any(missing) {
        return verdict.rule_out(seen.proof(|fact| matches!(fact, Fact::StarttlsOffered { .. })));
    }
    if seen.any(|fact| matches!(fact, Fact::Masked { .. })) {
        // Who took it away is known.
        return verdict.doubt();
    }
    let had_tls = facts.last_success.as_ref().is_some_and(|success| success.tls.is_some());
    let proofs = seen.proofs(missing);
    match (had_tls, raised(facts)) {
        // It could also be something on the way that takes the word away.
        (true, _) => verdict.support(4, proofs.into_iter().chain([facts.worked()])),
        (false, Some(_)) => verdict.support(2, proofs),
        (false, None) => verdict.confirm(proofs),
    }
}

fn in_vain(facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    if facts.path.tls == TlsLevel::Opportunistic {
        return;
    }
    if let Some(change) = raised(facts) {
        let proofs = [change, facts.worked()];
        return match seen.any(missing) {
            true => verdict.confirm(proofs.into_iter().chain(seen.proofs(missing))),
            false => verdict.support(5, proofs),
        };
    }
    if let Some(change) = facts.change_of(&[Aspect::Tls]) {
        let change = Proof::Known(Known::Changed(change.clone()));
        verdict.support(3, [change, facts.worked()]);
    }
}

fn handshake(seen: &Seen<'_>, verdict: &mut Verdict) {
    let failed =
        |fact: &Fact| matches!(fact, Fact::TlsFailed { failure: Failure::TlsHandshake { .. }, .. });
    // The other end's own protocol says so.
    let incompatible = |fact: &Fact| {
        matches!(
            fact,
            Fact::TlsFailed {
                failure: Failure::TlsTooOld { .. } | Failure::TlsNothingInCommon { .. },
                ..
            }
        )
    };
    if seen.any(incompatible) {
        return verdict.confirm(seen.proofs(incompatible));
    }
    if seen.any(failed) {
        // That it fails again is known; that nothing on the way does it is not.
        return verdict.support(4, seen.proofs(failed));
    }
    verdict.rule_out(seen.proof(|fact| matches!(fact, Fact::TlsWorks { .. })));
}

/// The certificate was looked at: this is what is wrong with it, or something else is.
fn certificate(seen: &Seen<'_>, verdict: &mut Verdict, is: impl Fn(&Failure) -> bool) {
    let bad = |fact: &Fact| matches!(fact, Fact::CertificateBad { failure, .. } if is(failure));
    if seen.any(bad) {
        let shown = seen.proof(|fact| matches!(fact, Fact::CertificateShown { .. }));
        return verdict.confirm(seen.proofs(bad).into_iter().chain(shown));
    }
    let other =
        |fact: &Fact| matches!(fact, Fact::CertificateGood { .. } | Fact::CertificateBad { .. });
    verdict.rule_out(seen.proof(other));
}

fn names(cause: &str, facts: &Facts, seen: &Seen<'_>, verdict: &mut Verdict) {
    let mismatch = |fact: &Fact| {
        matches!(
            fact,
            Fact::CertificateBad { failure: Failure::CertificateNameMismatch { .. }, .. }
        )
    };
    if !seen.any(mismatch) {
        return verdict.rule_out(seen.proof(|fact| matches!(fact, Fact::CertificateGood { .. })));
    }
    let proofs = seen.proofs(mismatch);
    let change = facts.change_of(&[Aspect::TlsName, Aspect::Tls, Aspect::Route, Aspect::Added]);
    let is_ours = cause == "expected-name-wrong";
    match (change, is_ours) {
        (Some(change), true) => {
            let change = Proof::Known(Known::Changed(change.clone()));
            let proofs = proofs.into_iter().chain([change, facts.worked()]);
            let before =
                facts.change_of(&[Aspect::TlsName]).and_then(|c| c.expected_before.as_deref());
            match before.is_some_and(|before| is_shown_for(before, seen)) {
                // The name was written here after it had worked, and by the former one it still would.
                true => verdict.confirm(proofs),
                false => verdict.support(5, proofs),
            }
        }
        (Some(_), false) => verdict.support(1, proofs),
        (None, true) if facts.last_success.is_some() => {
            verdict.rule_out([facts.worked()].into_iter().chain(facts.unchanged()));
        }
        (None, false) if facts.last_success.as_ref().is_some_and(|s| s.tls.is_some()) => {
            verdict.confirm(proofs.into_iter().chain([facts.worked()]).chain(facts.unchanged()));
        }
        // It never worked: either side may be the one that is wrong. Where the certificate is for the very
        // host that the connector names, the expectation is.
        (None, is_ours) => {
            let shown_for_host = carries_own_name(facts, seen);
            let weight = if shown_for_host == is_ours { 4 } else { 2 };
            verdict.support(weight, proofs);
        }
    }
}

/// The certificate carries the host's own name, while the connector expects another.
fn carries_own_name(facts: &Facts, seen: &Seen<'_>) -> bool {
    let Some(host) = facts.attempt.host.as_deref().filter(|_| facts.path.tls_domain.is_some())
    else {
        return false;
    };
    is_shown_for(host, seen)
}

/// The certificate that was shown carries this name, written out or by a wildcard for its first label.
fn is_shown_for(wanted: &str, seen: &Seen<'_>) -> bool {
    let above = wanted.split_once('.').map(|(_, above)| above);
    let carries = |name: &String| {
        name.eq_ignore_ascii_case(wanted)
            || name.strip_prefix("*.").zip(above).is_some_and(|(n, a)| n.eq_ignore_ascii_case(a))
    };
    seen.any(|fact| match fact {
        Fact::CertificateShown { certificate, .. } => certificate.names.iter().any(carries),
        _ => false,
    })
}
