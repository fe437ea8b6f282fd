//! What the sender is told: what happened, whose move it is, what to do.

use causeway_catalog::causes::{causes_of_attempt, who_acts_unexplained};
use causeway_catalog::problems::verdict_key;
use causeway_catalog::{Permanence, Phase, Problem, Texts, Value, WhoActs, permanence};
use causeway_model::Failure;

use super::document::Block;
use super::group::{For, Group, code_text, failure, groups};
use super::{Kind, KnownCause, ReportRecipient, ReportRequest, Standing, is_about_report, mime};

/// How many recipients are listed for the sender; the machine part has them all.
const LISTED: usize = 50;

/// How many groups of recipients are told about in full; the others are only listed.
const GROUPS: usize = 6;

/// The one sentence at the top.
pub(super) fn headline(request: &ReportRequest<'_>, texts: &Texts) -> String {
    let action = request.kind.action();
    match request.recipients {
        [only] => {
            let recipient = [("recipient", only.recipient.address.to_string().into())];
            if is_about_report(request) {
                texts.format("headline-failed-report", &recipient)
            } else {
                texts.format(&format!("headline-{action}-one"), &recipient)
            }
        }
        several => {
            texts.format(&format!("headline-{action}-many"), &[("count", several.len().into())])
        }
    }
}

/// Everything below it, for the sender.
pub(super) fn blocks(request: &ReportRequest<'_>, texts: &Texts) -> Vec<Block> {
    if is_about_report(request) {
        return about_report(request, texts);
    }
    let mut blocks = lead(request, texts);
    let groups = groups(request, For::Person);
    let several = request.recipients.len() > 1;
    for group in groups.iter().take(GROUPS) {
        if several {
            blocks.push(recipients(texts, &group.members));
        }
        if !request.kind.is_positive() {
            what_happened(request, texts, group, &mut blocks);
        }
    }
    let others: Vec<&ReportRecipient> =
        groups.iter().skip(GROUPS).flat_map(|group| group.members.iter().copied()).collect();
    if !others.is_empty() {
        blocks.push(recipients(texts, &others));
    }
    blocks.push(Block::Heading(texts.text("heading-message")));
    blocks.push(which_message(request, texts));
    if let Some(page) = request.page {
        blocks.push(Block::Link { text: texts.text("page-link"), url: page.to_owned() });
    }
    if let Some(link) =
        request.recipients.first().and_then(|r| help_link(request, texts, r, "user"))
    {
        blocks.push(Block::Link { text: texts.text("help-link"), url: link });
    }
    let first = request.recipients.first().filter(|_| !request.kind.is_positive());
    let contact = first.and_then(|recipient| own_text(request, texts, recipient, "whom-to-ask"));
    blocks.push(Block::Note(contact.unwrap_or_else(|| {
        texts.format("contact", &[("postmaster", request.postmaster.to_string().into())])
    })));
    blocks
}

/// For the postmaster: a report of ours found nobody.
fn about_report(request: &ReportRequest<'_>, texts: &Texts) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(texts.text("lead-report"))];
    for recipient in request.recipients {
        blocks.push(Block::Strong(sentence(texts, recipient)));
        blocks.push(Block::Paragraph(verdict(request, texts, recipient)));
    }
    blocks.push(which_message(request, texts));
    blocks
}

/// Subject and time of the message.
fn which_message(request: &ReportRequest<'_>, texts: &Texts) -> Block {
    let subject = request.subject.map(|s| mime::one_line(s, 200)).unwrap_or_default();
    let subject = if subject.trim().is_empty() { texts.text("subject-none") } else { subject };
    Block::Facts(vec![
        (texts.text("label-subject"), subject),
        (texts.text("label-received"), texts.moment(request.received_at)),
    ])
}

/// The address of the help page on a recipient's code.
pub(super) fn help_link(
    request: &ReportRequest<'_>,
    texts: &Texts,
    recipient: &ReportRecipient,
    audience: &str,
) -> Option<String> {
    let base = request.help.filter(|_| !request.kind.is_positive())?;
    let codes = code_text(recipient);
    let enhanced = codes.split(' ').nth(1)?;
    Some(format!("{base}/help/{enhanced}?lang={}&for={audience}", texts.language().tag()))
}

fn recipients(texts: &Texts, members: &[&ReportRecipient]) -> Block {
    let listed = members.iter().take(LISTED).map(|m| m.recipient.address.to_string());
    Block::Recipients(listed.collect(), more_text(texts, members.len().saturating_sub(LISTED)))
}

pub(super) fn more_text(texts: &Texts, more: usize) -> Option<String> {
    (more > 0).then(|| texts.format("more-recipients", &[("count", more.into())]))
}

fn lead(request: &ReportRequest<'_>, texts: &Texts) -> Vec<Block> {
    match request.kind {
        Kind::Failed => Vec::new(),
        Kind::Delayed if request.recipients.iter().all(is_held) => {
            let until = texts.moment(request.expires_at);
            vec![Block::Strong(texts.format("lead-held", &[("moment", until.into())]))]
        }
        Kind::Delayed => {
            let until = texts.moment(request.expires_at);
            let mut blocks =
                vec![Block::Strong(texts.format("lead-delayed", &[("moment", until.into())]))];
            let next = request.recipients.iter().filter_map(|r| r.next_attempt_at).min();
            let mut rest = String::new();
            if let Some(next) = next.filter(|next| *next > request.now) {
                let moment = texts.moment(next);
                rest = texts.format("lead-next-attempt", &[("moment", moment.into())]);
                rest.push(' ');
            }
            rest.push_str(&texts.text("lead-if-never"));
            blocks.push(Block::Paragraph(rest));
            blocks
        }
        Kind::Delivered => vec![Block::Paragraph(texts.text("lead-delivered"))],
        Kind::Relayed => vec![Block::Paragraph(texts.text("lead-relayed"))],
        Kind::Expanded => vec![Block::Paragraph(texts.text("lead-expanded"))],
    }
}

/// An administrator is to decide about it.
fn is_held(recipient: &ReportRecipient) -> bool {
    failure(recipient).is_some_and(|(failure, _)| matches!(failure, Failure::Held { .. }))
}

fn what_happened(
    request: &ReportRequest<'_>,
    texts: &Texts,
    group: &Group<'_>,
    blocks: &mut Vec<Block>,
) {
    let Some(recipient) = group.any() else { return };
    let domain = recipient.recipient.address.domain().to_unicode();
    let own = |key: &str| own_text(request, texts, recipient, key);
    blocks.push(Block::Strong(own("what-happened").unwrap_or_else(|| sentence(texts, recipient))));
    if recipient.returned.is_some() {
        blocks.push(Block::Paragraph(texts.text(Problem::Returned.text_key())));
    }
    blocks.push(Block::Paragraph(verdict(request, texts, recipient)));

    let known = match move_of(recipient) {
        // The time for waiting is over: the other side made us wait too long.
        (WhoActs::Nobody, _) if request.kind == Kind::Failed && !is_confirmed(recipient) => {
            (other_side(recipient), false)
        }
        known => known,
    };
    let (who, certain) = match known {
        // Where waiting longer is known to help, sending again does.
        (WhoActs::Nobody, certain) if request.kind == Kind::Failed => (WhoActs::Sender, certain),
        known => known,
    };
    let organization = mime::one_line(request.organization, 100);
    let mut whose = texts.format(
        &format!("move-{}", &who.text_key()["who-".len()..]),
        &[("organization", (&organization).into())],
    );
    if !certain {
        whose.push(' ');
        let tested = is_tested(recipient);
        whose.push_str(&texts.text(if tested { "move-not-settled" } else { "move-not-tested" }));
    }
    blocks.push(parties(texts, who, organization, domain));
    blocks.push(Block::Paragraph(whose));

    blocks.push(Block::Heading(texts.text("heading-steps")));
    blocks.push(Block::Steps(steps(request, texts, recipient, known)));
    blocks.extend(own("note").map(Block::Paragraph));
}

/// What happened, in one sentence.
fn sentence(texts: &Texts, recipient: &ReportRecipient) -> String {
    let domain = recipient.recipient.address.domain().to_unicode();
    match failure(recipient) {
        Some((Failure::TooBig { size, limit }, _)) => texts.format(
            "problem-too-big-limit",
            &[("size", texts.size(*size).into()), ("limit", texts.size(*limit).into())],
        ),
        Some((failure, stage)) => {
            texts.format(Problem::of(failure, stage).text_key(), &[("domain", domain.into())])
        }
        None => texts.text("problem-not-tried"),
    }
}

/// What the sender can do: the organization's own steps, or those for the problem.
fn steps(
    request: &ReportRequest<'_>,
    texts: &Texts,
    recipient: &ReportRecipient,
    (who, certain): (WhoActs, bool),
) -> Vec<String> {
    if let Some(own) = own_text(request, texts, recipient, "what-to-do") {
        return own.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    }
    let problem = failure(recipient).map(|(failure, stage)| Problem::of(failure, stage));
    let steps = match problem {
        Some(problem) if certain => problem.steps_when_known(recipient.phase, who),
        Some(problem) => problem.steps(recipient.phase),
        None => Problem::Ours.steps(recipient.phase),
    };
    let postmaster = request.postmaster.to_string();
    let values = [("postmaster", (&postmaster).into())];
    steps.iter().map(|key| texts.format(key, &values)).collect()
}

/// The organization's own text for a recipient's code, where it has one.
fn own_text(
    request: &ReportRequest<'_>,
    texts: &Texts,
    recipient: &ReportRecipient,
    key: &str,
) -> Option<String> {
    let own = request.own_texts.filter(|own| !own.is_empty())?;
    let codes = code_text(recipient);
    let enhanced = codes.split(' ').nth(1)?;
    let host = recipient.result.as_ref().and_then(|attempt| attempt.host.as_deref());
    let host = mime::one_line(host.unwrap_or_default(), 255);
    let values: [(&str, Value<'_>); 6] = [
        ("code", enhanced.into()),
        ("domain", recipient.recipient.address.domain().to_unicode().into()),
        ("host", host.into()),
        ("organization", mime::one_line(request.organization, 100).into()),
        ("postmaster", request.postmaster.to_string().into()),
        ("recipient", recipient.recipient.address.to_string().into()),
    ];
    own.say(texts.language(), enhanced.parse().ok()?, request.reader, key, &values)
}

fn verdict(request: &ReportRequest<'_>, texts: &Texts, recipient: &ReportRecipient) -> String {
    let key = match failure(recipient) {
        // Whoever ended it, what cannot pass does not.
        Some((failure, _))
            if recipient.returned.is_some() && permanence(failure) == Permanence::Transient =>
        {
            "verdict-returned"
        }
        Some((failure, _)) => verdict_key(failure, recipient.phase),
        None if recipient.phase == Phase::Queued => "verdict-queued",
        None => "verdict-expired",
    };
    let span = texts.duration(request.now.since(request.received_at));
    let args: [(&str, Value<'_>); 2] =
        [("attempts", recipient.attempt_count.into()), ("span", span.into())];
    texts.format(key, &args)
}

/// Whose move it is, and whether that is known: from a confirmed cause, or because every
/// possible cause says the same.
pub(super) fn move_of(recipient: &ReportRecipient) -> (WhoActs, bool) {
    let Some(attempt) = &recipient.result else { return (WhoActs::Service, true) };
    let connector = attempt.connector.is_some();
    let confirmed = recipient.causes.iter().find(|known| known.standing == Standing::Confirmed);
    if let Some(known) = confirmed {
        return (known.cause.who_acts(connector), true);
    }
    let possible: Vec<WhoActs> = if recipient.causes.is_empty() {
        let untested = causes_of_attempt(attempt);
        untested.iter().map(|cause| cause.who_acts(connector)).collect()
    } else {
        let open = recipient.causes.iter().filter(|known| known.standing == Standing::Possible);
        open.map(|known| known.cause.who_acts(connector)).collect()
    };
    if possible.is_empty() {
        // What is ruled out says nothing about whose move it is.
        return (who_acts_unexplained(attempt), false);
    }
    let first = possible.first().copied().unwrap_or(WhoActs::Service);
    (first, possible.iter().all(|who| *who == first))
}

/// A probe has found the cause.
fn is_confirmed(recipient: &ReportRecipient) -> bool {
    recipient.causes.iter().any(|known| known.standing == Standing::Confirmed)
}

/// Something was found out, although it did not tell the causes apart.
fn is_tested(recipient: &ReportRecipient) -> bool {
    let told = |known: &KnownCause| known.evidence.iter().any(|(_, text)| !text.is_empty());
    recipient.causes.iter().any(|known| known.standing == Standing::RuledOut || told(known))
}

/// The administrator at the other end.
fn other_side(recipient: &ReportRecipient) -> WhoActs {
    let connector = recipient.result.as_ref().is_some_and(|a| a.connector.is_some());
    if connector { WhoActs::PartnerAdmin } else { WhoActs::RecipientAdmin }
}

fn parties(texts: &Texts, who: WhoActs, organization: String, domain: String) -> Block {
    let acting = match who {
        WhoActs::Sender | WhoActs::SenderAdmin => Some(0),
        WhoActs::Service => Some(1),
        WhoActs::Recipient | WhoActs::RecipientAdmin | WhoActs::PartnerAdmin => Some(2),
        WhoActs::Nobody => None,
    };
    let names = [
        texts.text("party-sender"),
        texts.format("party-service", &[("organization", organization.into())]),
        domain,
    ];
    Block::Parties {
        parties: names.into_iter().enumerate().map(|(i, n)| (n, acting == Some(i))).collect(),
        mark: texts.text("party-acts"),
    }
}
