//! From what was found about one recipient to the answer: category, permanence, who acts.
//!
//! The order of belief: a positive action; a receiver's own code; what a certain host means by its
//! words; what the report says over the answer it quotes; a specific phrase in the server's answer, then in the human text; a status code that says something
//! specific; vague phrases; vague codes; the reply code alone. Each step leaves its reason.

use causeway_model::EnhancedCode;

use super::Category::{self, *};
use super::code_meanings::{code_over_phrase, reply_meaning, specific_status, vague_status};
use super::delivery_status::POWER_MTA_CATEGORY;
use super::dialects;
use super::explanations::explain_by;
use super::steps::{self, Step};
use super::{
    Action, ReadRecipient, WhoActs, codes, exchange_details, hosts, own_lines, phrases,
    provider_codes, text,
};

/// What was found about one recipient, before it is judged.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) address: Option<String>,
    pub(super) action: Option<Action>,
    pub(super) status: Option<EnhancedCode>,
    pub(super) remote_mta: Option<String>,
    /// The server's answer (`Diagnostic-Code`, or what a text quotes).
    pub(super) diagnostic: Option<String>,
    /// What the human part says about this recipient.
    pub(super) segment: String,
    /// More words with less weight: the whole human part.
    pub(super) context: String,
    /// The report's subject, lower case.
    pub(super) subject: String,
    /// True when the answer is the exit status of a program.
    pub(super) exit_status: bool,
    pub(super) fields: Vec<(String, String)>,
    pub(super) why: Vec<String>,
    /// True when the report is about one recipient only.
    pub(super) single: bool,
    /// Given when the shape of the report decides alone.
    pub(super) category: Option<Category>,
    /// True when the report as a whole says that it is about a delay.
    pub(super) delay: bool,
    /// A text that explains it better than the category's.
    pub(super) text_key: Option<&'static str>,
    /// Known better than by the category.
    pub(super) who_acts: Option<WhoActs>,
    /// True when we wrote the report ourselves: its Status says all, whatever the peer said.
    pub(super) own: bool,
    /// Known better than by code or phrase.
    pub(super) permanent: Option<bool>,
}

/// What is said about a recipient, each reduced once ([`phrases::reduce`]).
struct Words<'a> {
    /// The server's answer as it stands; may be empty.
    answer: &'a str,
    /// The answer; what is said about the recipient where there is none.
    said: String,
    /// What the human part says about this recipient.
    segment: String,
}

impl<'a> Words<'a> {
    fn of(draft: &Draft, answer: &'a str) -> Self {
        let segment = phrases::reduce(&draft.segment);
        let said = if answer.is_empty() { segment.clone() } else { phrases::reduce(answer) };
        Self { answer, said, segment }
    }
}

/// The longest diagnostic text kept.
const MAX_DIAGNOSTIC: usize = 2000;

/// Judges a draft.
pub(super) fn conclude(mut draft: Draft) -> ReadRecipient {
    if draft.remote_mta.as_deref().is_none_or(|host| host.is_empty() || !host.contains('.')) {
        let text = if draft.single { &draft.context } else { &draft.segment };
        draft.remote_mta = hosts::named_in(text).map(str::to_owned).or(draft.remote_mta);
    }
    let answer = draft.diagnostic.clone().unwrap_or_else(|| quoted_answer(&draft));
    let reply = find_reply(&draft, &answer);
    let enhanced = find_enhanced(&mut draft, &answer, reply);
    let last = own_lines::last_failure(&answer);
    // The failure behind an expiry of ours is judged as if it stood alone.
    let said = last.unwrap_or(&answer);
    let meant = last.and_then(|last| codes::reply(last)?.enhanced).or(enhanced);
    if last.is_some() {
        draft.segment = draft.segment.replace(own_lines::EXPIRED, "");
        draft.context = draft.context.replace(own_lines::EXPIRED, "");
    }
    let words = Words::of(&draft, said);
    let own = own_lines::meaning(enhanced, &words.said);
    let category = match draft.category {
        Some(category) => category,
        None => decide(&mut draft, own, &words, meant, reply),
    };
    if let Some(own) = own.filter(|_| draft.text_key.is_none()) {
        draft.text_key = Some(own.text_key);
        draft.who_acts = draft.who_acts.or(Some(own.who_acts));
        draft.permanent = draft.permanent.or(own.permanent);
    }
    let action = action_of(&draft, category, enhanced);
    let permanent = draft
        .permanent
        .unwrap_or_else(|| last.is_none() && is_permanent(&words, action, enhanced, reply));
    let diagnostic = diagnostic_text(&draft, &answer);
    if let Some(step) = steps::step(&words.segment) {
        draft.fields.push(("SMTP command".into(), step.name().into()));
    }
    if let Some(text) = &diagnostic {
        exchange_details::extract(text, &mut draft.fields);
    }
    if draft.single {
        exchange_details::extract(&draft.context, &mut draft.fields);
    } else if draft.segment.len() > answer.len() {
        exchange_details::extract(&draft.segment, &mut draft.fields);
    }
    let (text_key, who_acts) = explain_by(&draft, category, meant, &words.said, action);
    ReadRecipient {
        address: draft.address,
        enhanced_code: enhanced,
        reply_code: reply,
        action,
        permanent,
        category,
        remote_mta: draft.remote_mta.filter(|host| !host.is_empty()),
        diagnostic,
        who_acts,
        fields: draft.fields,
        why: draft.why,
        text_key,
    }
}

/// The server's answer as the human part quotes it: of all that is said where there is one
/// recipient, else of what is said about this one.
fn quoted_answer(draft: &Draft) -> String {
    let sources = [draft.context.as_str(), draft.segment.as_str()];
    let order: [usize; 2] = if draft.single { [0, 1] } else { [1, 0] };
    order.into_iter().find_map(|i| codes::quoted_answer(sources[i])).unwrap_or_default().to_owned()
}

fn find_reply(draft: &Draft, answer: &str) -> Option<u16> {
    let positive = matches!(draft.action, Some(Action::Delivered | Action::Relayed));
    let fits = |code: &u16| positive || *code >= 400;
    [answer, &draft.segment, &draft.context]
        .into_iter()
        .find_map(|text| codes::reply(text).map(|found| found.code).filter(fits))
}

/// The status code: the Status field, unless it only says "failed" and the answer says more.
fn find_enhanced(draft: &mut Draft, answer: &str, reply: Option<u16>) -> Option<EnhancedCode> {
    let class_fits = |code: &EnhancedCode, class: u8| code.class == class;
    let said = |class: Option<u8>| {
        [answer, draft.segment.as_str(), draft.context.as_str()].into_iter().find_map(|text| {
            codes::reply(text)
                .and_then(|found| found.enhanced)
                .into_iter()
                .chain(codes::enhanced_all(text))
                .find(|code| class.is_none_or(|class| class_fits(code, class)))
        })
    };
    match draft.status {
        Some(status) if draft.own => {
            draft.why.push(format!("code {status}: Status field"));
            Some(status)
        }
        Some(status) if status.subject == 0 && status.detail == 0 => {
            let says_more = |code: &EnhancedCode| code.subject != 0 || code.detail != 0;
            // Given up (5.0.0) after an answer that was a passing one (452 4.2.2): the answer counts.
            let better = said(Some(status.class)).filter(says_more).or_else(|| {
                codes::reply(answer).and_then(|found| found.enhanced).filter(says_more)
            });
            draft.why.push(match better {
                Some(code) => format!("code {code}: from the answer, Status {status} says less"),
                None => format!("code {status}: Status field"),
            });
            Some(better.unwrap_or(status))
        }
        Some(status) => {
            // A server's whole answer (550 5.5.0) outweighs a Status of another class that the
            // reporting system made up.
            let whole = codes::reply(answer).and_then(|found| found.enhanced);
            if let Some(code) = whole.filter(|code| code.class != status.class) {
                draft
                    .why
                    .push(format!("code {code}: the answer, which contradicts Status {status}"));
                return Some(code);
            }
            draft.why.push(format!("code {status}: Status field"));
            Some(status)
        }
        None => {
            let class = reply.map(|code| (code / 100) as u8);
            let found = said(class).or_else(|| said(None));
            if let Some(code) = found {
                draft.why.push(format!("code {code}: from the text"));
            }
            found
        }
    }
}

fn decide(
    draft: &mut Draft,
    own: Option<own_lines::OwnLine>,
    words: &Words<'_>,
    enhanced: Option<EnhancedCode>,
    reply: Option<u16>,
) -> Category {
    let (category, why) = match own.and_then(|line| line.category) {
        Some(category) => (category, "the rule of Causeway that is named".into()),
        None => decision(draft, words, enhanced, reply),
    };
    draft.why.push(format!("category {}: {why}", category.name()));
    category
}

fn decision(
    draft: &Draft,
    words: &Words<'_>,
    enhanced: Option<EnhancedCode>,
    reply: Option<u16>,
) -> (Category, String) {
    if matches!(draft.action, Some(Action::Delivered | Action::Relayed | Action::Expanded))
        || enhanced.is_some_and(|code| code.class == 2)
    {
        return (Delivered, "the report is a positive one".into());
    }
    let Words { answer, said: reduced, segment } = words;
    let said = if answer.is_empty() { draft.segment.as_str() } else { answer };
    if let Some((category, code)) = provider_codes::meaning(said) {
        return (category, format!("the receiver's own code {code}"));
    }
    let context = phrases::reduce(&draft.context);
    let step = steps::step(segment).or_else(|| steps::step(&context));
    // Sendmail sends RCPT and DATA at once and shows the later one over the answer to the earlier.
    let at_once = [" 5.1.1 ", "need rcpt", "503 "].iter().any(|words| context.contains(words));
    let step = match step {
        Some(Step::Content) if at_once && context.contains(">>> data") => Some(Step::Recipient),
        step => step,
    };
    let host = draft.remote_mta.as_deref().unwrap_or_default();
    let after_content = step == Some(Step::Content);
    if let Some(category) = hosts::meaning(host, draft.address.as_deref(), reduced, after_content) {
        return (category, format!("what {host} means by these words"));
    }
    if let Some((category, words)) = over_the_answer(&context) {
        return (category, format!("phrase \"{words}\", over the answer"));
    }
    if let Some(category) = given_category(draft) {
        return (category, "the category that PowerMTA gives".into());
    }
    if answer.is_empty()
        && let Some(category) = draft.address.as_deref().and_then(dialects::domain_meaning)
    {
        return (category, "what reports about this domain mean".into());
    }
    let first = phrases::find(reduced);
    if let Some(category) = code_over_phrase(enhanced, first.strong) {
        return (category, "the code says more than the words".into());
    }
    if let Some(hit) = first.strong {
        if draft.exit_status && hit.category == System {
            return (MailerError, format!("phrase \"{}\" from a program", hit.pattern));
        }
        return in_its_place(hit, step, reply, enhanced, answer);
    }
    around(draft, words, &context, enhanced, reply, step, first)
}

/// What some systems put over the answer that they quote, and mean: the answer says less.
static OVER_THE_ANSWER: &[(&str, Category)] = &[
    // au by KDDI.
    ("the user(s) account is disabled", MailboxDisabled),
    ("the user(s) account is temporarily limited", MailboxDisabled),
    ("the user(s) account is temporarily over quota", MailboxFull),
    ("as their mailbox is full", MailboxFull),
    ("as the remote domain doesnt exist", DomainError),
];

fn over_the_answer(context: &str) -> Option<(Category, &'static str)> {
    OVER_THE_ANSWER
        .iter()
        .find(|(words, _)| context.contains(words))
        .map(|(words, category)| (*category, *words))
}

/// PowerMTA's own category, where it is surer than the words.
fn given_category(draft: &Draft) -> Option<Category> {
    let (_, value) = draft.fields.iter().find(|(name, _)| name == POWER_MTA_CATEGORY)?;
    provider_codes::power_mta(value).filter(|category| {
        !matches!(category, UserUnknown | DomainError | Network | System | Expired)
    })
}

/// What a phrase means where it was said.
fn in_its_place(
    hit: phrases::Hit,
    step: Option<Step>,
    reply: Option<u16>,
    enhanced: Option<EnhancedCode>,
    answer: &str,
) -> (Category, String) {
    let phrase = format!("phrase \"{}\"", hit.pattern);
    match (hit.category, step) {
        // "Does not exist", said to MAIL FROM, is about the sender.
        (UserUnknown, Some(Step::Mail)) => (SenderRejected, format!("{phrase}, said to MAIL FROM")),
        // An unknown user after the content, and the code does not say so: a filter's pretext.
        (UserUnknown, Some(Step::Content)) if enhanced.is_none_or(|code| code.subject != 1) => {
            (Filtered, format!("{phrase}, said to the content"))
        }
        // Exim's own word for a domain that leads nowhere; as a server's answer it is about a user.
        (UserUnknown, _) if reply.is_none() && hit.pattern == "unrouteable address" => {
            (DomainError, format!("{phrase}, without a server's answer"))
        }
        // Hotmail and others give the last failure as the reason of an expiry.
        (Network, _)
            if answer.is_empty()
                && enhanced.is_some_and(|c| (c.subject, c.detail) == (4, 7))
                && hit.pattern.contains("connect") =>
        {
            (Expired, format!("{phrase}, and the code of an expiry"))
        }
        (category, _) => (category, phrase),
    }
}

/// Where the answer itself has no telling phrase: the human part, the code, the step.
fn around(
    draft: &Draft,
    words: &Words<'_>,
    context: &str,
    enhanced: Option<EnhancedCode>,
    reply: Option<u16>,
    step: Option<Step>,
    first: phrases::Hits,
) -> (Category, String) {
    if !words.answer.is_empty() && !draft.segment.is_empty() {
        let second = phrases::find(&words.segment);
        if let Some(hit) = second.strong {
            return (hit.category, format!("phrase \"{}\" in the human part", hit.pattern));
        }
    }
    // The reply code of RFC 7505; with others the code stands for an unknown recipient.
    if reply == Some(556) && enhanced.is_none_or(|code| (code.subject, code.detail) == (1, 10)) {
        return (NotAccept, "reply code 556: the domain takes no mail".into());
    }
    if let Some(category) = enhanced.and_then(specific_status) {
        return (category, "status code".into());
    }
    if draft.delay && words.answer.is_empty() {
        return (Expired, "a delay without a reason".into());
    }
    if let Some(hit) = phrases::find(context).strong {
        return (hit.category, format!("phrase \"{}\" around it", hit.pattern));
    }
    if draft.exit_status {
        return (MailerError, "the exit status of a program".into());
    }
    if let Some(category) = step.and_then(|step| refused_at(step, reply)) {
        return (category, "the step at which it was refused".into());
    }
    // A code about security or policy never means that the user is unknown.
    let contradicted = enhanced.is_some_and(|code| code.subject == 7 && code.detail != 0);
    if let Some(hit) = first.weak.filter(|hit| !(contradicted && hit.category == UserUnknown)) {
        return (hit.category, format!("vague phrase \"{}\"", hit.pattern));
    }
    if let Some(category) = enhanced.and_then(vague_status) {
        return (category, "status code, which is vague".into());
    }
    if let Some(category) = reply.and_then(reply_meaning) {
        return (category, "reply code".into());
    }
    if let Some(hit) = phrases::find(&phrases::reduce(&draft.subject)).strong
        && hit.category != System
    {
        return (hit.category, format!("phrase \"{}\" in the subject", hit.pattern));
    }
    if draft.delay || draft.action == Some(Action::Delayed) {
        return (Expired, "a delay without a reason".into());
    }
    (Unknown, "nothing in the report says".into())
}

/// What a refusal without telling words is about, by the step at which it came.
fn refused_at(step: Step, reply: Option<u16>) -> Option<Category> {
    match (step, reply?) {
        (Step::Connection, 500..) => Some(ReputationBlock),
        (Step::Mail, 501 | 550..=579) => Some(SenderRejected),
        (Step::Recipient, 550 | 551 | 553) => Some(UserUnknown),
        _ => None,
    }
}

fn action_of(draft: &Draft, category: Category, enhanced: Option<EnhancedCode>) -> Action {
    draft.action.unwrap_or(match category {
        Delivered => Action::Delivered,
        _ if enhanced.is_some_and(|code| code.class == 2) => Action::Delivered,
        _ if draft.delay => Action::Delayed,
        _ => Action::Failed,
    })
}

/// Words without any code that say that only the time was over.
static TIME_OVER: [&str; 2] = ["retry timeout exceeded", "queue too long"];

fn is_permanent(
    words: &Words<'_>,
    action: Action,
    enhanced: Option<EnhancedCode>,
    reply: Option<u16>,
) -> bool {
    if let Some(code) = enhanced {
        return code.class == 5;
    }
    if let Some(code) = reply {
        return code >= 500;
    }
    if action == Action::Delayed {
        return false;
    }
    !TIME_OVER.iter().any(|over| words.said.contains(over) || words.segment.contains(over))
}

/// The words that say why, on one line.
fn diagnostic_text(draft: &Draft, answer: &str) -> Option<String> {
    let source = if answer.is_empty() { draft.segment.as_str() } else { answer };
    let text = text::collapse(source, MAX_DIAGNOSTIC);
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(diagnostic: &str, status: Option<&str>) -> ReadRecipient {
        conclude(Draft {
            diagnostic: Some(diagnostic.into()),
            status: status.and_then(|s| s.parse().ok()),
            ..Draft::default()
        })
    }

    #[test]
    fn a_general_status_gives_way_to_the_answer() {
        let r = judge("550 5.1.1 <a@x.test>... User Unknown", Some("5.0.0"));
        assert_eq!(r.enhanced_code.unwrap().to_string(), "5.1.1");
        assert_eq!((r.reply_code, r.category, r.permanent), (Some(550), UserUnknown, true));
    }

    #[test]
    fn a_whole_answer_outweighs_a_status_of_another_class() {
        let r = judge("452 4.2.2 mailbox full", Some("5.0.0"));
        assert_eq!((r.enhanced_code.unwrap().to_string().as_str(), r.permanent), ("4.2.2", false));
        let r = judge("550 5.5.0 refused", Some("4.5.0"));
        assert_eq!((r.enhanced_code.unwrap().to_string().as_str(), r.permanent), ("5.5.0", true));
        let r = judge("refused for a reason of 5.1.1", Some("4.4.7"));
        assert_eq!(r.enhanced_code.unwrap().to_string(), "4.4.7");
    }

    #[test]
    fn the_class_of_the_code_decides_permanence() {
        assert!(!judge("450 4.1.1 user unknown in virtual table", Some("4.1.1")).permanent);
        assert!(judge("no such user", None).permanent);
        assert!(!judge("retry timeout exceeded", None).permanent);
    }

    #[test]
    fn a_specific_code_beats_a_general_phrase() {
        assert_eq!(judge("550 5.2.2 not accepted, see policy", None).category, MailboxFull);
        assert_eq!(judge("550 5.7.25 unknown client", None).category, RequiresPtr);
    }

    #[test]
    fn codes_of_ours_are_explained_as_the_catalog_means_them() {
        for (text, category, text_key, who_acts) in [
            ("556 5.1.10 gone", NotAccept, "not_accept", WhoActs::Sender),
            ("550 5.1.10 gone", UserUnknown, "user_unknown", WhoActs::Sender),
            ("550 5.7.51 no", SenderRejected, "code-restricted-sender", WhoActs::SenderAdmin),
            ("550 5.7.60 no", SenderRejected, "code-send-as-denied", WhoActs::Sender),
            ("554 5.4.14 no", Network, "code-loop", WhoActs::SenderAdmin),
            ("4.4.1", Network, "code-no-answer-from-host", WhoActs::RecipientAdmin),
        ] {
            let r = judge(text, None);
            assert_eq!(
                (r.category, r.text_key, r.who_acts),
                (category, text_key, who_acts),
                "{text}"
            );
        }
    }

    #[test]
    fn well_known_codes_have_their_own_explanation() {
        let r = judge("550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", None);
        assert_eq!((r.category, r.text_key), (UserUnknown, "code-directory-block"));
        let r = judge("550 5.7.64 TenantAttribution; Relay Access Denied [ATTR36]", None);
        assert_eq!((r.category, r.text_key), (RelayDenied, "code-attribution-failed"));
        assert_eq!(r.who_acts, WhoActs::SenderAdmin);
    }
}
