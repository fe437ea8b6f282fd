//! Requests for reports, with invented mail.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::net::SocketAddr;
use std::time::Duration;

use causeway_catalog::texts::own::{OwnTexts, Reader};
use causeway_catalog::{Cause, Permanence, Phase, permanence};
use causeway_model::config::Language;
use causeway_model::{
    Address, Attempt, BodyType, EnhancedCode, Envelope, Failure, Origin, Outcome, QueueId,
    Recipient, Reply, Return, ReversePath, Stage, Timestamp,
};
use causeway_report::write::{
    DEFAULT_RETURN_CAP, Kind, KnownCause, ReportRecipient, ReportRequest, Standing, write,
};

pub(crate) const ORIGINAL: &[u8] = b"Received: from laptop.contoso.example (laptop.contoso.example [198.51.100.20])\r\n\
\tby mx.contoso.example (Causeway) with ESMTPSA id 0123456789BCD\r\n\
\tfor <anna@corp.example>; Sat, 21 Nov 2026 09:05:00 +0000\r\n\
Received: from phone (unknown [10.0.0.5])\r\n by laptop.contoso.example with LMTP;\r\n Sat, 21 Nov 2026 09:04:51 +0000\r\n\
From: Bert <bert@contoso.example>\r\nTo: anna@corp.example\r\n\
Subject: Quarterly figures\r\nMessage-ID: <figures.1@contoso.example>\r\n\
Date: Sat, 21 Nov 2026 09:04:50 +0000\r\n\r\nHere they are.\r\n";

/// Everything that a request borrows.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) kind: Kind,
    pub(crate) language: Language,
    pub(crate) second_language: Option<Language>,
    pub(crate) own_texts: Option<std::sync::Arc<OwnTexts>>,
    pub(crate) reader: Reader,
    pub(crate) help: Option<String>,
    pub(crate) postmaster: Address,
    pub(crate) envelope: Envelope,
    pub(crate) subject: Option<String>,
    pub(crate) message_id: Option<String>,
    pub(crate) content: Vec<u8>,
    pub(crate) size: u64,
    pub(crate) recipients: Vec<ReportRecipient>,
    pub(crate) page: Option<String>,
    pub(crate) organization: String,
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(crate) fn received_at() -> Timestamp {
    Timestamp::parse_rfc3339("2026-11-21T09:05:00Z").unwrap()
}

pub(crate) fn attempt(after: Duration, outcome: Outcome, stage: Stage) -> Attempt {
    let connected = !matches!(stage, Stage::Route | Stage::Resolve | Stage::Local);
    Attempt {
        at: received_at().plus(after),
        elapsed_ms: 40,
        site: "connector \"to on-premises\"".into(),
        connector: connected.then(|| "to on-premises".into()),
        host: connected.then(|| "mail.corp.example".into()),
        address: connected.then(|| SocketAddr::from(([192, 0, 2, 7], 25))),
        security: None,
        tls: matches!(stage, Stage::Auth | Stage::Mail | Stage::Rcpt)
            .then(|| "TLS 1.3, TLS_AES_256_GCM_SHA384".into()),
        stage,
        outcome,
    }
}

impl Case {
    fn new(kind: Kind, language: Language, recipients: Vec<ReportRecipient>) -> Self {
        Self {
            kind,
            language,
            second_language: None,
            own_texts: None,
            reader: Reader::Internal,
            help: None,
            postmaster: address("postmaster@contoso.example"),
            envelope: Envelope {
                reverse_path: ReversePath::Address(address("bert@contoso.example")),
                recipients: recipients.iter().map(|r| r.recipient.clone()).collect(),
                body_type: BodyType::SevenBit,
                smtputf8: false,
                ret: None,
                envid: Some("QQ314159".into()),
                origin: Origin { helo: Some("laptop.contoso.example".into()), ..Origin::default() },
            },
            subject: Some("Quarterly figures".into()),
            message_id: Some("<figures.1@contoso.example>".into()),
            content: ORIGINAL.to_vec(),
            size: ORIGINAL.len() as u64,
            recipients,
            page: None,
            organization: "Contoso".into(),
        }
    }

    /// One recipient, three attempts that all failed in the same way (one when it is final).
    pub(crate) fn failure(kind: Kind, language: Language, failure: &Failure, stage: Stage) -> Self {
        let recipient = failed("anna@corp.example", kind, failure, stage);
        Self::new(kind, language, vec![recipient])
    }

    pub(crate) fn refused(kind: Kind, language: Language) -> Self {
        let mut case = Self::failure(kind, language, &Failure::ConnectionRefused, Stage::Connect);
        case.page = Some("https://mx.contoso.example/r/0123?a=b&c=d".into());
        case.recipients[0].recipient.orcpt =
            Some(("rfc822".into(), "Anna.Alias@corp.example".into()));
        if kind == Kind::Failed {
            case.envelope.ret = Some(Return::Full);
            let cause = |id, standing, evidence: &str| KnownCause {
                cause: Cause::by_id(id).unwrap(),
                standing,
                evidence: evidence_in_all(evidence),
            };
            case.recipients[0].causes = vec![
                cause(
                    "server-retired",
                    Standing::Confirmed,
                    "Last success 2026-10-02; the domain's mailboxes were migrated on 2026-10-03.",
                ),
                cause("server-down", Standing::Possible, ""),
                cause("firewall-refuses", Standing::RuledOut, "The refusal comes from the host."),
            ];
        }
        case
    }

    /// With one cause that a probe confirmed.
    pub(crate) fn confirmed(
        language: Language,
        cause: Cause,
        (failure, stage): (&Failure, Stage),
        through_connector: bool,
    ) -> Self {
        let mut case = Self::failure(Kind::Failed, language, failure, stage);
        let recipient = &mut case.recipients[0];
        recipient.causes = vec![KnownCause {
            cause,
            standing: Standing::Confirmed,
            evidence: evidence_in_all("What was found."),
        }];
        if !through_connector {
            for attempt in recipient.attempts.iter_mut().chain(&mut recipient.result) {
                attempt.connector = None;
            }
        }
        case
    }

    /// A report of ours that found nobody: for the postmaster.
    pub(crate) fn about_report(language: Language) -> Self {
        let reply = Reply::new(
            550,
            Some(EnhancedCode::new(5, 1, 1)),
            "no such user here: forged@ext.example",
        );
        let failure = Failure::Replied { reply };
        let recipient = failed("forged@ext.example", Kind::Failed, &failure, Stage::Rcpt);
        let mut case = Self::new(Kind::Failed, language, vec![recipient]);
        case.envelope.reverse_path = ReversePath::Null;
        case.envelope.envid = None;
        case.subject = Some("Not delivered: Quarterly figures".into());
        let refused =
            Self::failure(Kind::Failed, language, &Failure::ConnectionRefused, Stage::Connect);
        case.content = write(&refused.request()).content;
        case.size = case.content.len() as u64;
        case
    }

    pub(crate) fn success(kind: Kind, language: Language) -> Self {
        let stage = if kind == Kind::Relayed { Stage::EndOfData } else { Stage::Local };
        let reply = Reply::new(250, Some(EnhancedCode::new(2, 0, 0)), "Ok: queued as 4Xk");
        let result = attempt(Duration::from_secs(1), Outcome::Success(reply), stage);
        let recipient = ReportRecipient {
            recipient: Recipient::plain(address("anna@corp.example")),
            phase: Phase::Final,
            attempts: vec![result.clone()],
            result: Some(result),
            returned: None,
            attempt_count: 1,
            next_attempt_at: None,
            causes: Vec::new(),
        };
        Self::new(kind, language, vec![recipient])
    }

    /// Addresses and header need SMTPUTF8.
    pub(crate) fn global() -> Self {
        let failure = Failure::MailboxUnknown { address: "jürgen@contoso.example".into() };
        let mut recipient = failed("jürgen@bücher.example", Kind::Failed, &failure, Stage::Local);
        recipient.recipient.orcpt = Some(("utf-8".into(), "jürgen@bücher.example".into()));
        let mut case = Self::new(Kind::Failed, Language::En, vec![recipient]);
        case.envelope.smtputf8 = true;
        case.envelope.ret = Some(Return::Full);
        case.subject = Some("Grüße 😀".into());
        case.content = "From: <bert@contoso.example>\r\nTo: <jürgen@bücher.example>\r\n\
            Subject: Grüße 😀\r\n\r\nHallo.\r\n"
            .into();
        case.size = case.content.len() as u64;
        case.envelope.reverse_path = ReversePath::Address(address("bärt@contoso.example"));
        case
    }

    /// Several recipients with several fates, in German.
    pub(crate) fn several() -> Self {
        let unknown = |address: &str| {
            let reply = Reply::new(
                550,
                Some(EnhancedCode::new(5, 1, 1)),
                "User unknown in <virtual> table",
            );
            failed(address, Kind::Failed, &Failure::Replied { reply }, Stage::Rcpt)
        };
        let recipients = vec![
            unknown("anna@corp.example"),
            failed(
                "carla@fabrikam.example",
                Kind::Failed,
                &Failure::TooBig { size: 31_457_280, limit: 10_485_760 },
                Stage::Mail,
            ),
            unknown("dora@corp.example"),
        ];
        let mut case = Self::new(Kind::Failed, Language::De, recipients);
        case.organization = "Bücher & Söhne".into();
        case.subject =
            Some("Zahlen für das Quartal – bitte prüfen, und zwar möglichst bald".into());
        case
    }

    pub(crate) fn request(&self) -> ReportRequest<'_> {
        let hours = if self.kind == Kind::Failed { 48 } else { 4 };
        ReportRequest {
            kind: self.kind,
            language: self.language,
            second_language: self.second_language,
            own_texts: self.own_texts.as_deref(),
            reader: self.reader,
            reporting_host: "mx.contoso.example",
            organization: &self.organization,
            postmaster: &self.postmaster,
            unique: 0x1234_5678_9abc_def0,
            queue_id: QueueId::from_u64(42),
            envelope: &self.envelope,
            subject: self.subject.as_deref(),
            message_id: self.message_id.as_deref(),
            received_at: received_at(),
            expires_at: received_at().plus(Duration::from_secs(48 * 3600)),
            now: received_at().plus(Duration::from_secs(hours * 3600)),
            content: &self.content,
            size: self.size,
            return_cap: DEFAULT_RETURN_CAP,
            recipients: &self.recipients,
            page: self.page.as_deref(),
            help: self.help.as_deref(),
        }
    }
}

/// Evidence as English has it, and with the language's tag in the others.
fn evidence_in_all(text: &str) -> Vec<(Language, String)> {
    let told = |language| match language {
        _ if text.is_empty() => String::new(),
        Language::En => text.to_owned(),
        other => format!("({}) {text}", other.tag()),
    };
    Language::ALL.into_iter().map(|language| (language, told(language))).collect()
}

pub(crate) fn failed(to: &str, kind: Kind, failure: &Failure, stage: Stage) -> ReportRecipient {
    let transient = permanence(failure) == Permanence::Transient;
    let phase = match (kind, transient) {
        (Kind::Delayed, _) => Phase::Queued,
        (_, true) => Phase::Expired,
        (_, false) => Phase::Final,
    };
    let times: &[u64] = if transient { &[1, 61, 4 * 3600 - 60] } else { &[1] };
    let attempts: Vec<Attempt> = times
        .iter()
        .map(|s| attempt(Duration::from_secs(*s), Outcome::Failure(failure.clone()), stage))
        .collect();
    ReportRecipient {
        recipient: Recipient::plain(address(to)),
        phase,
        result: attempts.last().cloned(),
        returned: None,
        attempt_count: if transient { 41 } else { 1 },
        attempts,
        next_attempt_at: (phase == Phase::Queued)
            .then(|| received_at().plus(Duration::from_secs(4 * 3600 + 540))),
        causes: Vec::new(),
    }
}
