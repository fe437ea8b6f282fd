//! What administrators are told: servers, codes, words, attempts, possible causes, the way.

use causeway_catalog::causes::causes_of_attempt;
use causeway_catalog::status::{peer_reply, target};
use causeway_catalog::{Phase, Texts, WhoActs, status_of};
use causeway_model::{Attempt, Outcome, Reply, Stage};

use super::document::Block;
use super::group::{For, Group, code_text, failure, groups};
use super::person::{help_link, more_text};
use super::{Kind, KnownCause, Reader, ReportRecipient, ReportRequest, Standing, mime, original};

/// How many groups of recipients are told about in full.
const GROUPS: usize = 6;
/// How many recipients of the other groups are listed with their codes.
const OTHERS: usize = 60;
/// How many recipients of a group are listed.
const LISTED: usize = 20;
/// How many attempts of a group are listed: so many first ones, and so many last ones.
const FIRST_ATTEMPTS: usize = 3;
const LAST_ATTEMPTS: usize = 7;
/// Characters of a peer's words that are shown, in all.
const WORDS: usize = 2000;

/// The half for administrators.
pub(super) fn blocks(request: &ReportRequest<'_>, texts: &Texts) -> Vec<Block> {
    let mut blocks = vec![Block::Facts(about_message(request, texts))];
    let groups = groups(request, For::Admin);
    for group in groups.iter().take(GROUPS) {
        about_group(request, texts, group, &mut blocks);
    }
    let others: Vec<&ReportRecipient> =
        groups.iter().skip(GROUPS).flat_map(|group| group.members.iter().copied()).collect();
    if !others.is_empty() {
        let listed = others.iter().take(OTHERS);
        blocks.push(Block::Facts(
            listed.map(|r| (r.recipient.address.to_string(), code_text(r))).collect(),
        ));
        blocks.extend(more_text(texts, others.len().saturating_sub(OTHERS)).map(Block::Note));
    }
    way(request, texts, &mut blocks);
    if original::is_all_wanted(request)
        && !original::returns_all(request, false)
        && !original::returns_all(request, true)
    {
        let size = texts.size(request.size);
        blocks.push(Block::Note(texts.format("note-header-only", &[("size", size.into())])));
    }
    blocks
}

fn about_message(request: &ReportRequest<'_>, texts: &Texts) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut fact = |key: &str, value: String| facts.push((texts.text(key), value));
    fact("label-generating-server", mime::one_line(request.reporting_host, 255));
    fact("label-queue-id", request.queue_id.to_string());
    if let Some(id) = request.message_id {
        facts.push(("Message-ID".into(), mime::one_line(id, 500)));
    }
    let mut fact = |key: &str, value: String| facts.push((texts.text(key), value));
    let sender = match request.envelope.reverse_path.address() {
        Some(address) => address.to_string(),
        None => "<>".into(),
    };
    fact("label-sender", sender);
    fact("label-received", texts.moment(request.received_at));
    fact("label-size", texts.size(request.size));
    if request.kind == Kind::Delayed {
        fact("label-expires", texts.moment(request.expires_at));
    }
    facts
}

fn about_group(
    request: &ReportRequest<'_>,
    texts: &Texts,
    group: &Group<'_>,
    blocks: &mut Vec<Block>,
) {
    let Some(recipient) = group.any() else { return };
    let (listed, more) = group.addresses(LISTED);
    blocks.push(Block::Recipients(listed, more_text(texts, more)));

    let mut facts = vec![(texts.text("label-code"), code_text(recipient))];
    let mut fact = |key: &str, value: String| facts.push((texts.text(key), value));
    if let Some(attempt) = &recipient.result {
        if attempt.stage == Stage::Local {
            if request.kind == Kind::Delivered {
                fact("label-target", texts.text("local-mailbox"));
            }
        } else if attempt.host.is_some() || attempt.address.is_some() {
            fact("label-target", target(attempt));
        }
        if let Some(connector) = &attempt.connector {
            fact("label-connector", mime::one_line(connector, 200));
        }
        if failure(recipient).is_some() {
            fact("label-stage", texts.text(&format!("stage-{}", attempt.stage.name())));
        }
        if let Some(tls) = &attempt.tls {
            fact("label-tls", mime::one_line(tls, 200));
        }
        fact("label-attempts", recipient.attempt_count.to_string());
        if let Some(first) = recipient.attempts.first() {
            fact("label-first-attempt", texts.moment(first.at));
        }
        fact("label-last-attempt", texts.moment(attempt.at));
    }
    if let Some(reason) = &recipient.returned {
        fact("label-returned", mime::one_line(reason, 400));
    }
    if let Some(next) = recipient.next_attempt_at.filter(|_| request.kind == Kind::Delayed) {
        fact("label-next-attempt", texts.moment(next));
    }
    blocks.push(Block::Facts(facts));
    words(texts, recipient, blocks);
    attempts(texts, recipient, blocks);
    causes(texts, recipient, request.reader, blocks);
    if let Some(url) = help_link(request, texts, recipient, "admin") {
        blocks.push(Block::Link { text: texts.text("help-admin-link"), url });
    }
}

/// What the peer said, or what we say where it did not speak.
fn words(texts: &Texts, recipient: &ReportRecipient, blocks: &mut Vec<Block>) {
    let Some(attempt) = &recipient.result else { return };
    let reply = match &attempt.outcome {
        Outcome::Success(reply) => Some(reply),
        Outcome::Failure(failure) => peer_reply(failure),
    };
    let (label, lines) = match reply {
        Some(reply) => ("label-answer", reply_lines(reply)),
        None => ("label-finding", vec![status_of(attempt, Phase::Final).text]),
    };
    blocks.push(Block::Quote { label: texts.text(label), lines });
}

/// The reply as it came, line by line, bounded.
fn reply_lines(reply: &Reply) -> Vec<String> {
    let mut room = WORDS;
    let last = reply.lines.len().saturating_sub(1);
    let mut lines = Vec::new();
    for (i, line) in reply.lines.iter().enumerate().take(50) {
        let mark = if i == last { ' ' } else { '-' };
        let enhanced = reply.enhanced.map(|e| format!("{e} ")).unwrap_or_default();
        lines.push(format!("{}{mark}{enhanced}{}", reply.code, mime::one_line(line, room)));
        room = room.saturating_sub(line.chars().count());
        if room == 0 {
            break;
        }
    }
    lines
}

fn attempts(texts: &Texts, recipient: &ReportRecipient, blocks: &mut Vec<Block>) {
    let known = &recipient.attempts;
    if known.len() < 2 {
        return;
    }
    blocks.push(Block::Heading(texts.text("heading-attempts")));
    let row = |attempt: &Attempt| {
        let (code, reply) = causeway_catalog::last_result(attempt, Phase::Queued);
        vec![
            attempt.at.rfc3339().replace('T', " ").get(..19).unwrap_or_default().to_owned(),
            target_or_site(attempt),
            format!("{code} {}", mime::one_line(&reply, 160)),
        ]
    };
    let listed = if known.len() <= FIRST_ATTEMPTS + LAST_ATTEMPTS {
        known.iter().map(row).collect()
    } else {
        let (first, last) = (&known[..FIRST_ATTEMPTS], &known[known.len() - LAST_ATTEMPTS..]);
        first.iter().chain(last).map(row).collect::<Vec<_>>()
    };
    let left_out = (recipient.attempt_count as usize).max(known.len()) - listed.len();
    let header = ["label-time", "label-target", "label-result"].map(|key| texts.text(key));
    blocks.push(Block::Table { header: header.to_vec(), rows: listed });
    if left_out > 0 {
        let count = [("count", left_out.into())];
        blocks.push(Block::Note(texts.format("attempts-left-out", &count)));
    }
}

fn target_or_site(attempt: &Attempt) -> String {
    if attempt.host.is_none() && attempt.address.is_none() {
        mime::one_line(&attempt.site, 120)
    } else {
        target(attempt)
    }
}

/// The causes. What was found is told to readers of ours only: it names servers of ours and of others, and changes
/// of our configuration.
fn causes(texts: &Texts, recipient: &ReportRecipient, reader: Reader, blocks: &mut Vec<Block>) {
    let Some(attempt) = &recipient.result else { return };
    let untested = recipient.causes.is_empty();
    let known = if untested {
        causes_of_attempt(attempt)
            .into_iter()
            .map(|cause| KnownCause { cause, standing: Standing::Possible, evidence: Vec::new() })
            .collect()
    } else {
        recipient.causes.clone()
    };
    if known.is_empty() {
        return;
    }
    let confirmed = known.iter().any(|known| known.standing == Standing::Confirmed);
    let heading = if confirmed { "heading-causes-found" } else { "heading-causes" };
    blocks.push(Block::Heading(texts.text(heading)));
    if untested {
        blocks.push(Block::Note(texts.text("causes-not-tested")));
    } else if known.iter().all(|known| known.standing == Standing::RuledOut) {
        blocks.push(Block::Note(texts.text("no-cause-fits")));
    }
    let evidence = |known: &KnownCause| {
        let evidence = known.evidence_in(texts.language()).filter(|_| reader == Reader::Internal);
        evidence.map(|evidence| mime::one_line(evidence, 400))
    };
    let points =
        known.iter().map(|known| point(texts, known, evidence(known), attempt.connector.is_some()));
    blocks.push(Block::Points(points.collect()));
}

fn point(
    texts: &Texts,
    known: &KnownCause,
    evidence: Option<String>,
    connector: bool,
) -> (String, Vec<String>) {
    let cause = &known.cause;
    let title = texts.text(&cause.title_key());
    let title = match known.standing {
        Standing::Possible => title,
        Standing::Confirmed => texts.format("cause-confirmed", &[("cause", title.into())]),
        Standing::RuledOut => texts.format("cause-ruled-out", &[("cause", title.into())]),
    };
    let mut details = Vec::from_iter(evidence);
    if known.standing != Standing::RuledOut {
        details.push(texts.text(&cause.explanation_key()));
        let action = texts.text(&cause.action_key_on(connector));
        details.push(match cause.who_acts(connector) {
            WhoActs::Nobody => action,
            who => texts.format(
                "cause-act",
                &[("who", texts.text(who.text_key()).into()), ("action", action.into())],
            ),
        });
    }
    (title, details)
}

/// The servers that the message has passed.
fn way(request: &ReportRequest<'_>, texts: &Texts, blocks: &mut Vec<Block>) {
    let hops = original::hops(request.content);
    if hops.is_empty() {
        return;
    }
    let mut before = None;
    let mut rows = Vec::new();
    for hop in hops {
        let delay = match (before, hop.at) {
            (Some(before), Some(at)) if at >= before => texts.duration(at.since(before)),
            _ => String::new(),
        };
        before = hop.at.or(before);
        let at = hop.at.map(|at| at.rfc3339().replace('T', " "));
        rows.push(vec![
            at.and_then(|at| at.get(..19).map(str::to_owned)).unwrap_or_default(),
            hop.from,
            hop.by,
            hop.with,
            delay,
        ]);
    }
    let keys = ["label-time", "label-from", "label-by", "label-with", "label-delay"];
    blocks.push(Block::Heading(texts.text("heading-hops")));
    blocks.push(Block::Table { header: keys.map(|key| texts.text(key)).to_vec(), rows });
}
