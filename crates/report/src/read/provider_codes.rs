//! Receivers' own codes: `AUP#CXBL`, `IB607`, `OFR_506`, `RCP-P2`, `…i.ua/err/3/`, `(000C05A6)`.
//!
//! Each is published by the receiver and says more than the words around it. A code is read only in
//! the shape its receiver gives it, so that other capitals and numbers are left alone.

use super::Category::{self, *};

/// What a receiver's own code in an answer means, and the code as it is written.
pub(super) fn meaning(answer: &str) -> Option<(Category, &str)> {
    aup(answer)
        .or_else(|| go_daddy(answer))
        .or_else(|| french_post(answer))
        .or_else(|| facebook(answer))
        .or_else(|| ukraine(answer))
        .or_else(|| exchange_2003(answer))
}

/// `AUP#CXBL` (Cox) and `AUP#In-1310` (Spectrum).
fn aup(answer: &str) -> Option<(Category, &str)> {
    let at = answer.find("AUP#")?;
    let rest = &answer[at + 4..];
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(rest.len());
    let written = &answer[at..at + 4 + end];
    let code = &rest[..end];
    let category = match code {
        "CXBL" | "CDRBL" => ReputationBlock,
        "CXDNS" => RequiresPtr,
        "CXSNDR" => AuthFailure,
        "CXSMTP" => SenderRejected,
        "CXCNCT" | "CXMXRT" => RateLimited,
        "CXTHRT" | "CXMJ" => Security,
        _ if code.starts_with("IPBL") => ReputationBlock,
        _ if code.starts_with("URLBL") => Spam,
        _ => spectrum(code.rsplit('-').next()?.parse().ok()?)?,
    };
    Some((category, written))
}

/// Spectrum's numbers come in ranges of one meaning.
fn spectrum(number: u16) -> Option<Category> {
    Some(match number {
        1000 | 1200..=1250 => ReputationBlock,
        1010..=1080 | 1500..=1520 => SenderRejected,
        1090 => System,
        1100..=1150 => RequiresPtr,
        1160..=1190 | 1560 => Policy,
        1260 => Network,
        1300..=1490 | 1540 | 1550 | 1580 => RateLimited,
        1530 => MessageTooBig,
        _ => return None,
    })
}

/// `IB607`: GoDaddy.
fn go_daddy(answer: &str) -> Option<(Category, &str)> {
    let (written, number) = answer.match_indices("IB").find_map(|(at, _)| {
        let free = answer[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let digits = answer.get(at + 2..at + 5)?;
        let ends = answer[at + 5..].chars().next().is_none_or(|c| !c.is_alphanumeric());
        let number: u16 = digits.parse().ok()?;
        (free && ends).then_some((&answer[at..at + 5], number))
    })?;
    let category = match number {
        7 | 101 | 504 | 510 | 605 | 607 => RateLimited,
        103..=106 | 110..=113 => ReputationBlock,
        108 => RequiresPtr,
        212 => Spam,
        401 => Security,
        501 | 502 => NotCompliant,
        506 => SenderRejected,
        508 => AuthFailure,
        705 => Virus,
        _ => return None,
    };
    Some((category, written))
}

/// `OFR_506`, `LPN105_405`, `OUK_513`: Orange and La Poste; the last three digits count.
fn french_post(answer: &str) -> Option<(Category, &str)> {
    let (written, number) = ["OFR", "LPN", "OUK", "ofr", "lpn", "ouk"].iter().find_map(|name| {
        let at = answer.find(name)?;
        let free = answer[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let rest = &answer[at + 3..];
        let end = rest
            .find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '-'))
            .unwrap_or(rest.len());
        let number = rest.get(end.checked_sub(3)?..end)?;
        let number: u16 = number.parse().ok()?;
        free.then_some((&answer[at..at + 3 + end], number))
    })?;
    let category = match number {
        102 | 103 | 510 | 999 => ReputationBlock,
        104 => RateLimited,
        305 | 402 => Security,
        401 => AuthFailure,
        403 | 405 | 415 | 421 => SenderRejected,
        416 | 418 => UserUnknown,
        417 => MailboxFull,
        420 | 426 => MailboxDisabled,
        505 => System,
        506 => Spam,
        514 => MessageTooBig,
        _ => return None,
    };
    Some((category, written))
}

/// `RCP-P2`, `INT-T1`: Facebook.
fn facebook(answer: &str) -> Option<(Category, &str)> {
    let written = answer.match_indices('-').find_map(|(at, _)| {
        let code = answer.get(at.checked_sub(3)?..at + 3)?;
        let free = answer[..at - 3].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
        let ends = answer[at + 3..].chars().next().is_none_or(|c| !c.is_alphanumeric());
        let known = ["RCP", "POL", "MSG", "DNS", "CON", "INT"].contains(&&code[..3]);
        (free && ends && known).then_some(code)
    })?;
    let category = match written {
        "RCP-P1" | "INT-P1" | "INT-P3" | "INT-P4" => UserUnknown,
        "RCP-P2" | "RCP-P3" => Filtered,
        "RCP-T4" => MailboxDisabled,
        "RCP-T1" => System,
        "MSG-P1" | "INT-P2" => MessageTooBig,
        "MSG-P2" => ContentError,
        "MSG-P3" => NotCompliant,
        "DNS-P1" | "DNS-P2" | "DNS-T1" => SenderRejected,
        "DNS-P3" | "DNS-T2" => RequiresPtr,
        "POL-P1" | "POL-P2" | "POL-P3" | "POL-P4" | "POL-T1" | "POL-T2" | "POL-T3" => {
            ReputationBlock
        }
        "POL-P5" => Virus,
        "POL-P6" => Spam,
        "POL-P7" => AuthFailure,
        "CON-T1" | "CON-T2" | "CON-T3" | "CON-T4" | "MSG-T1" => RateLimited,
        _ if written.starts_with("INT-T") => System,
        _ => return None,
    };
    Some((category, written))
}

/// `https://mail.i.ua/err/3/`: I.UA of Ukraine.
fn ukraine(answer: &str) -> Option<(Category, &str)> {
    let at = answer.find(".i.ua/err/")? + 10;
    let rest = &answer[at..];
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let category = match &rest[..end] {
        "1" | "6" => RelayDenied,
        "2" => UserUnknown,
        "3" => MailboxDisabled,
        "4" => MailboxFull,
        "5" => RateLimited,
        "7" | "9" => ReputationBlock,
        "8" => SenderRejected,
        "10" => Filtered,
        _ => return None,
    };
    Some((category, &answer[at - 10..at + end]))
}

/// `MSEXCH:IMS:… 0 (000C05A6) Unknown Recipient`: Exchange 2003 and before. Numbers that only say
/// "another server refused" are left to the words behind them.
fn exchange_2003(answer: &str) -> Option<(Category, &str)> {
    let at = answer.find("MSEXCH:")?;
    let rest = &answer[at..];
    let open = rest.find('(')?;
    let written = rest.get(open + 1..open + 9)?;
    let category = match written {
        "000C05A6" => UserUnknown,
        "00010256" | "000D06B5" => System,
        "00120270" => Network,
        "00050311" | "000502CC" => ContentError,
        "000B0981" => Security,
        "000C0595" => Filtered,
        _ => return None,
    };
    Some((category, written))
}

/// The category that PowerMTA gives a failure (`X-PowerMTA-BounceCategory`).
pub(super) fn power_mta(category: &str) -> Option<Category> {
    Some(match category.trim() {
        "bad-domain" => DomainError,
        "bad-mailbox" => UserUnknown,
        "inactive-mailbox" => MailboxDisabled,
        "message-expired" => Expired,
        "no-answer-from-host" => Network,
        "policy-related" => Policy,
        "quota-issues" => MailboxFull,
        "relaying-issues" => RelayDenied,
        "routing-errors" => System,
        "spam-block" | "spam-related" => Spam,
        "virus-related" => Virus,
        "content-related" => ContentError,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_receivers_are_read_in_their_shape_only() {
        for (answer, category) in [
            ("554 refused AUP#CXBL", ReputationBlock),
            ("421 wait. AUP#In-1310", RateLimited),
            ("550 mx: too many recipients this hour. IB607 <http://x.test/>", RateLimited),
            ("550 Mail rejete. OFR_506 [506]", Spam),
            ("550 5.5.0 refuse LPN105_402", Security),
            ("550 5.1.1 RCP-P2 http://x.test/codes", Filtered),
            ("451 INT-T2 later", System),
            ("550 see https://mail.i.ua/err/10/", Filtered),
            ("MSEXCH:IMS:X CAT:Y:Z 0 (000C05A6) Unknown Recipient", UserUnknown),
        ] {
            assert_eq!(meaning(answer).map(|(c, _)| c), Some(category), "{answer}");
        }
        for answer in [
            "550 IB6071 x",
            "550 LIB607",
            "ofrenda 506",
            "DNS-PING",
            "AUP#",
            "x-P1",
            "é-é",
            "ééé-éé",
            "IBéé",
            "AUP#é",
            "OFRé12",
            "MSEXCH:(é",
            "",
        ] {
            assert_eq!(meaning(answer), None, "{answer}");
        }
    }
}
