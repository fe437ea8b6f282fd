//! `causeway plan`, `apply`, `history` and `revert`, and how every other command that changes the mail
//! flow does it: the effect is shown, then asked about where something is lost, then done.

use std::io::Read;
use std::path::Path;

use causeway_admin::types::{
    ApplyAnswer, ApplyRequest, Effect, Plan, PlanAnswer, ProblemView, Proposal, RevisionDetail,
    RevisionQuery, RevisionView,
};
use causeway_admin::{Client, ClientError};
use causeway_catalog::sentence::Sentence;
use causeway_model::config::{Language, Severity};
use serde::Serialize;

use super::super::Answer;
use super::super::arguments::flow::{
    ApplyArguments, HistoryArguments, HistoryCommand, PlanArguments, RevertArguments,
};
use super::super::configuration::MAIL_FLOW_FILE;
use super::super::context::Context;
use super::super::failure::{Failure, say};
use super::super::output::{Columns, Output, Tone, Width};
use super::super::when;
use super::super::words::{self, Words, harmless};
use super::source::Source;

/// Revisions shown as text when no limit is given.
const TEXT_LIMIT: u32 = 20;
/// Revisions asked for at once.
const PAGE: u32 = 200;
/// The longest file that is read.
const MAX_FILE: u64 = 16 << 20;

pub(super) async fn plan(arguments: PlanArguments, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let (proposal, source) = match arguments.revision {
        Some(revision) => of_revision(revision),
        None => of_file(arguments.file.as_deref(), context)?,
    };
    let planned = client.flow_plan(&proposal).await;
    let answer = planned.or_else(|error| Err(unusable(error, &source, None, context)?))?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&answer)?;
    } else {
        let told = Told::of(&answer, &source, false, context.language);
        say_plan(&told, &mut output, context.words())?;
        output.flush()?;
    }
    Ok(if answer.plan.refused.is_some() { Answer::No } else { Answer::Fine })
}

pub(super) async fn apply(arguments: ApplyArguments, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let (proposal, source) = of_file(arguments.file.as_deref(), context)?;
    let change = Change {
        proposal,
        source,
        base: arguments.base,
        reason: String::new(),
        force: arguments.force.force,
        always_ask: false,
    };
    carry_out(&mut client, change, context).await
}

pub(super) async fn revert(
    arguments: RevertArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let (proposal, source) = of_revision(arguments.revision);
    let change = Change {
        proposal,
        source,
        base: None,
        reason: String::new(),
        force: arguments.force.force,
        always_ask: false,
    };
    carry_out(&mut client, change, context).await
}

/// What `--json` says of a text that cannot be read: as a plan that is refused for errors.
#[derive(Serialize)]
struct Unusable {
    changes: [(); 0],
    effects: [(); 0],
    refused: String,
    can_be_forced: bool,
    /// Not of `plan`, which applies nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    applied: Option<bool>,
    errors: Vec<ProblemView>,
}

/// A proposal that cannot be read is bad input; with `--json` its errors are a document, too.
fn unusable(
    error: ClientError,
    source: &Source,
    applied: Option<bool>,
    context: &Context,
) -> Result<Failure, Failure> {
    let mut output = context.output();
    if let ClientError::Refused { what, problems, .. } = &error
        && !problems.is_empty()
        && output.is_json()
    {
        let is_error = |found: &&ProblemView| found.severity == Severity::Error.word();
        output.json(&Unusable {
            changes: [],
            effects: [],
            refused: what.clone(),
            can_be_forced: false,
            applied,
            errors: problems.iter().filter(is_error).cloned().collect(),
        })?;
    }
    Ok(source.failure(error, context.language))
}

/// The text of an earlier revision.
fn of_revision(number: u64) -> (Proposal, Source) {
    let proposal = Proposal { text: None, revision: Some(number) };
    (proposal, Source::File(format!("{MAIL_FLOW_FILE} of revision {number}")))
}

/// The text of a file, and where it comes from.
fn of_file(file: Option<&Path>, context: &Context) -> Result<(Proposal, Source), Failure> {
    let (mut name, text) = read(file, context)?;
    if file.is_some_and(|path| path.as_os_str() == "-") {
        // What is piped in is a mailflow.toml without a place of its own.
        MAIL_FLOW_FILE.clone_into(&mut name);
    }
    Ok((Proposal { text: Some(text), revision: None }, Source::File(name)))
}

/// A file's name and its text: the named one, standard input, or the one in the configuration directory.
fn read(file: Option<&Path>, context: &Context) -> Result<(String, String), Failure> {
    let own = context.config_directory.join(MAIL_FLOW_FILE);
    let (name, bytes) = match file {
        Some(path) if path.as_os_str() == "-" => {
            ("standard input".to_owned(), up_to_limit(std::io::stdin().lock()))
        }
        // An absent file is never taken for an empty one: it may be the wrong directory.
        named => {
            let path = named.unwrap_or(&own);
            (path.display().to_string(), std::fs::File::open(path).and_then(up_to_limit))
        }
    };
    let bytes = bytes.map_err(|error| {
        Failure::bad_input(format!(
            "{name}: {error}; name a mailflow.toml, or - for standard input"
        ))
    })?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(Failure::bad_input(format!(
            "{name} is longer than {} MiB; no mailflow.toml is: name the right file",
            MAX_FILE >> 20
        )));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(_) => Err(Failure::bad_input(format!("{name} is not UTF-8 text; save it as UTF-8"))),
    }
}

/// At most an octet more than the longest file has.
fn up_to_limit(source: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A change that is to be made.
pub(super) struct Change {
    /// What is to be in force.
    pub(super) proposal: Proposal,
    /// Where that comes from.
    pub(super) source: Source,
    /// The revision that it was made from; without one, the revision that the plan was made with.
    pub(super) base: Option<u64>,
    /// Why, where nobody says so with `--reason`.
    pub(super) reason: String,
    /// Insisted upon.
    pub(super) force: bool,
    /// Asked about even when nothing is lost.
    pub(super) always_ask: bool,
}

/// Shows what a change does, asks where something is lost, and does it.
pub(super) async fn carry_out(
    client: &mut Client,
    change: Change,
    context: &Context,
) -> Result<Answer, Failure> {
    let (answer, told) = carry_out_telling(client, change, context).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&told)?;
    }
    output.flush()?;
    Ok(answer)
}

/// The same for a command that has more to say: the document of `--json` is left to it.
pub(super) async fn carry_out_telling(
    client: &mut Client,
    change: Change,
    context: &Context,
) -> Result<(Answer, ApplyAnswer), Failure> {
    let planned = client.flow_plan(&change.proposal).await;
    let planned =
        planned.or_else(|error| Err(unusable(error, &change.source, Some(false), context)?))?;
    let base = planned.base;
    // Made from another revision, it is refused by the server: a plan from this one would mislead.
    if change.base.is_none_or(|made_from| made_from == base) {
        let told = Told::of(&planned, &change.source, change.force, context.language);
        tell_plan(&told, context)?;
        if planned.plan.stands_refused(change.force) {
            return Ok((Answer::No, not_applied(planned)));
        }
        // Nobody is asked about what the server refuses.
        let stands = planned.file_differs.is_none() || change.force;
        if stands && is_asked_about(&planned.plan, change.always_ask) {
            context.confirm(&context.words().text("cli-ask-apply"))?;
        }
    }
    let request = ApplyRequest {
        text: change.proposal.text,
        revision: change.proposal.revision,
        reason: context.reason.clone().unwrap_or(change.reason),
        base: Some(change.base.unwrap_or(base)),
        force: change.force,
    };
    let told = client.flow_apply(&request).await?;
    if told.applied {
        tell_applied(&told, base, context)?;
    } else {
        // Something has come into the queue meanwhile.
        let told = Told {
            plan: &told.plan,
            warnings: &[],
            errors: change.source.lines(&told.errors, context.language),
            file_differs: None,
            force: request.force,
        };
        tell_plan(&told, context)?;
    }
    Ok((if told.applied { Answer::Fine } else { Answer::No }, told))
}

/// A plan is refused, and nothing is sent.
fn not_applied(planned: PlanAnswer) -> ApplyAnswer {
    let PlanAnswer { plan, base, warnings, errors, .. } = planned;
    ApplyAnswer { plan, applied: false, revision: base, warnings, errors, kept_edits: None }
}

fn is_asked_about(plan: &Plan, always_ask: bool) -> bool {
    plan.is_destructive() || (always_ask && !plan.changes.is_empty())
}

/// What is in force now, and where edits are that were replaced.
fn tell_applied(told: &ApplyAnswer, base: u64, context: &Context) -> Result<(), Failure> {
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        return Ok(());
    }
    let key = if told.revision == base { "cli-applied-already" } else { "cli-applied" };
    let line = output.toned(Tone::Good, &words.say(key, &[("number", told.revision.into())]));
    output.line(&line)?;
    if let Some(kept) = &told.kept_edits {
        output.line(&words.say("cli-edits-kept", &[("path", harmless(kept, 1000).into())]))?;
    }
    output.flush()
}

/// A plan, as it is told.
pub(super) struct Told<'a> {
    pub(super) plan: &'a Plan,
    /// What is doubtful about the proposal.
    pub(super) warnings: &'a [Sentence],
    /// All errors of the proposal, when it is refused for them, at their places.
    pub(super) errors: Vec<String>,
    /// The proposal would replace edits of the file that are in no revision.
    pub(super) file_differs: Option<&'a Sentence>,
    /// What can be insisted upon is.
    pub(super) force: bool,
}

impl<'a> Told<'a> {
    /// All that a plan says about the proposal from this source.
    pub(super) fn of(
        answer: &'a PlanAnswer,
        source: &Source,
        force: bool,
        language: Language,
    ) -> Self {
        Self {
            plan: &answer.plan,
            warnings: &answer.warnings,
            errors: source.lines(&answer.errors, language),
            file_differs: answer.file_differs.as_ref(),
            force,
        }
    }
}

/// The plan as text. Standard output is not held afterwards, while a person reads and thinks.
fn tell_plan(told: &Told<'_>, context: &Context) -> Result<(), Failure> {
    let mut output = context.output();
    if output.is_json() {
        return Ok(());
    }
    say_plan(told, &mut output, context.words())?;
    output.flush()
}

/// The plan as text.
pub(super) fn say_plan(told: &Told<'_>, output: &mut Output, words: Words) -> Result<(), Failure> {
    let plan = told.plan;
    // Doubts are for whoever reads along, not part of the answer.
    told.warnings.iter().for_each(|warning| say(warning));
    if plan.changes.is_empty() {
        output.line(&words.text("cli-plan-nothing"))?;
    } else {
        output.line(&words.text("cli-plan-changes"))?;
        for change in &plan.changes {
            output.line(&format!("  - {}", harmless(change, 1000)))?;
        }
    }
    if !plan.effects.is_empty() {
        output.line(&words.text("cli-plan-effects"))?;
        for effect in &plan.effects {
            let line = effect_line(effect);
            let tone = if effect.kind.is_loss() { Tone::Waiting } else { Tone::Plain };
            let line = output.toned(tone, &line);
            output.line(&format!("  - {line}"))?;
        }
    } else if !plan.changes.is_empty() {
        output.line(&words.text("cli-plan-no-effects"))?;
    }
    if let Some(how) = told.file_differs {
        let line = output.toned(Tone::Waiting, &harmless(how, 1000));
        output.line(&line)?;
    }
    match &plan.refused {
        Some(_) if !told.errors.is_empty() => say_errors(&told.errors, output, words),
        Some(refused) => say_refused((plan, refused), told.force, output, words),
        None => Ok(()),
    }
}

/// What speaks against a plan, and whether that ends it.
fn say_refused(
    (plan, refused): (&Plan, &str),
    force: bool,
    output: &mut Output,
    words: Words,
) -> Result<(), Failure> {
    let (key, tone) = match (plan.stands_refused(force), plan.can_be_forced) {
        (false, _) => ("cli-plan-insisted", Tone::Waiting),
        (true, true) => ("cli-plan-refused-unless", Tone::Bad),
        (true, false) => ("cli-plan-refused", Tone::Bad),
    };
    let line = words.say(key, &[("why", harmless(refused, 2000).into())]);
    let line = output.toned(tone, &line);
    output.line(&line)
}

/// What is wrong in a proposal, one a line: nobody can insist on that.
fn say_errors(errors: &[String], output: &mut Output, words: Words) -> Result<(), Failure> {
    let head = output.toned(Tone::Bad, &words.text("cli-plan-refused-errors"));
    output.line(&head)?;
    for error in errors {
        output.line(&format!("  - {}", harmless(error, 2000)))?;
    }
    Ok(())
}

/// `3: queued recipients go …`.
fn effect_line(effect: &Effect) -> String {
    let detail = harmless(&effect.detail, 1500);
    match effect.count {
        0 => detail,
        count => format!("{count}: {detail}"),
    }
}

pub(super) async fn history(
    arguments: HistoryArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    if let Some(HistoryCommand::Show { revision }) = arguments.command {
        return show(&client.revision(revision).await?, context);
    }
    let mut output = context.output();
    let limit = match (arguments.limit, output.is_json()) {
        (Some(limit), _) => limit,
        (None, true) => u32::MAX,
        (None, false) => TEXT_LIMIT,
    };
    let revisions = newest(&mut client, limit).await?;
    if output.is_json() {
        output.json(&revisions)?;
        return Ok(Answer::Fine);
    }
    let words = context.words();
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-revision", Width::Whole),
            ("cli-head-at", Width::Whole),
            ("cli-head-author", Width::Wraps),
            ("cli-head-reason", Width::Wraps),
            ("cli-head-changes", Width::Wraps),
        ],
    );
    for revision in &revisions {
        columns.row(row(revision, words));
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

async fn newest(client: &mut Client, limit: u32) -> Result<Vec<RevisionView>, Failure> {
    let mut found: Vec<RevisionView> = Vec::new();
    let mut before = None;
    loop {
        let left = u64::from(limit).saturating_sub(found.len() as u64);
        let page = u32::try_from(left).unwrap_or(PAGE).min(PAGE);
        if page == 0 {
            return Ok(found);
        }
        let answer = client.revisions(&RevisionQuery { before, limit: Some(page) }).await?;
        found.extend(answer.revisions);
        before = answer.next;
        if before.is_none() {
            return Ok(found);
        }
    }
}

fn row(revision: &RevisionView, words: Words) -> Vec<(String, Tone)> {
    let plain = |text: String| (text, Tone::Plain);
    let mut lines = revision.diff.lines();
    let first = lines.next().unwrap_or_default();
    let changes = match lines.count() {
        0 => first.to_owned(),
        more => {
            let more = words.say("cli-and-more", &[("count", more.into())]);
            format!("{first} {more}")
        }
    };
    vec![
        (revision.revision.to_string(), Tone::Strong),
        plain(when::column(revision.at)),
        plain(revision.author.clone()),
        plain(revision.reason.clone()),
        plain(changes),
    ]
}

fn show(detail: &RevisionDetail, context: &Context) -> Result<Answer, Failure> {
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(detail)?;
        return Ok(Answer::Fine);
    }
    let revision = &detail.revision;
    let head = words.say(
        "cli-revision",
        &[
            ("number", revision.revision.into()),
            ("at", when::local(revision.at).into()),
            ("author", harmless(&revision.author, 200).into()),
        ],
    );
    let head = output.toned(Tone::Strong, &head);
    output.line(&head)?;
    if !revision.reason.is_empty() {
        let reason = harmless(&revision.reason, 1000);
        output.line(&words.say("cli-revision-reason", &[("reason", reason.into())]))?;
    }
    let plan = Plan {
        changes: detail.changes.iter().cloned().map(Into::into).collect(),
        effects: detail.effects.clone(),
        refused: None,
        can_be_forced: false,
    };
    if plan.changes.is_empty() {
        output.line(&words.text("cli-plan-layout"))?;
    } else {
        let (warnings, errors) = (&[][..], Vec::new());
        let told = Told { plan: &plan, warnings, errors, file_differs: None, force: false };
        say_plan(&told, &mut output, words)?;
    }
    output.line("")?;
    // Somebody's file: lines as they are, without what could control the terminal.
    for line in detail.text.lines() {
        output.line(&words::harmless(line, 10_000))?;
    }
    output.flush()?;
    Ok(Answer::Fine)
}
