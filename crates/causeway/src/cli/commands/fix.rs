//! `causeway fix`: the way out of an alert, shown first, then done.

use causeway_admin::types::{FixAnswer, FixPlan, FixQuery, FixRequest};

use super::super::Answer;
use super::super::arguments::alert::{FixApplyArguments, FixCommand, FixPlanArguments};
use super::super::configuration::MAIL_FLOW_FILE;
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Output, Tone};
use super::super::words::{Words, harmless};
use super::change::{Told, say_plan};
use super::source::Source;

pub(super) async fn run(command: FixCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        FixCommand::Plan(arguments) => plan(arguments, context).await,
        FixCommand::Apply(arguments) => apply(arguments, context).await,
    }
}

fn query(remedy: Option<String>, context: &Context) -> FixQuery {
    FixQuery { remedy, language: Some(context.language) }
}

async fn plan(arguments: FixPlanArguments, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let plan = client.fix_plan(arguments.id, &query(arguments.remedy, context)).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&plan)?;
    } else {
        say(&plan, false, &mut output, context)?;
        others(&plan, &mut output, context.words())?;
        output.flush()?;
    }
    Ok(if plan.plan.plan.refused.is_some() { Answer::No } else { Answer::Fine })
}

fn changes_nothing(plan: &FixPlan) -> bool {
    matches!(plan.remedy.id.as_str(), "retry" | "flush-dns" | "look-again")
}

/// The remedy and its effects.
fn say(plan: &FixPlan, force: bool, output: &mut Output, context: &Context) -> Result<(), Failure> {
    let words = context.words();
    let title = harmless(&plan.remedy.title, 500);
    let head = words.say("cli-fix-head", &[("id", plan.alert.into()), ("title", title.into())]);
    let head = output.toned(Tone::Strong, &head);
    output.line(&head)?;
    if let Some(warning) = &plan.remedy.warning {
        let warning = output.toned(Tone::Bad, warning);
        output.line(&warning)?;
    }
    match changes_nothing(plan) {
        true => output.line(&words.text("cli-fix-no-change")),
        false => {
            let file = Source::File(MAIL_FLOW_FILE.into());
            say_plan(&Told::of(&plan.plan, &file, force, context.language), output, words)
        }
    }
}

fn others(plan: &FixPlan, output: &mut Output, words: Words) -> Result<(), Failure> {
    if !plan.others.is_empty() {
        output.line(&words.text("cli-fix-others"))?;
    }
    for remedy in &plan.others {
        let id = output.toned(Tone::Strong, &remedy.id);
        output.line(&format!("  {id}: {}", harmless(&remedy.title, 500)))?;
    }
    Ok(())
}

async fn apply(arguments: FixApplyArguments, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let force = arguments.force.force;
    let is_unnamed = arguments.remedy.is_none();
    let plan = client.fix_plan(arguments.id, &query(arguments.remedy, context)).await?;
    let (mut output, words) = (context.output(), context.words());
    if !output.is_json() {
        say(&plan, force, &mut output, context)?;
        output.flush()?;
    }
    if plan.plan.plan.stands_refused(force) {
        if output.is_json() {
            output.json(&refused(plan))?;
        }
        return Ok(Answer::No);
    }
    if is_unnamed && plan.named_only {
        return unnamed(plan, &mut output, words);
    }
    if !changes_nothing(&plan) {
        // Standard output is not held while a person reads and thinks.
        drop(output);
        context.confirm(&words.text("cli-ask-apply"))?;
        output = context.output();
    }
    let request = FixRequest {
        remedy: Some(plan.remedy.id.clone()),
        reason: context.reason.clone().unwrap_or_default(),
        base: (!changes_nothing(&plan)).then_some(plan.plan.base),
        force,
        language: Some(context.language),
    };
    let answer = client.fix_apply(arguments.id, &request).await?;
    if output.is_json() {
        output.json(&answer)?;
    } else {
        say_outcome(&answer, &mut output, words)?;
        output.flush()?;
    }
    Ok(match (answer.applied, answer.outcome.as_str()) {
        (false, _) | (true, "did_not_help") => Answer::No,
        (true, _) => Answer::Fine,
    })
}

/// What takes something away is not done without its name.
fn unnamed(plan: FixPlan, output: &mut Output, words: Words) -> Result<Answer, Failure> {
    let args = [("id", plan.alert.into()), ("remedy", plan.remedy.id.as_str().into())];
    let line = words.say("cli-fix-name-it", &args);
    if output.is_json() {
        output.json(&FixAnswer { detail: line, ..refused(plan) })?;
    } else {
        let line = output.toned(Tone::Bad, &line);
        output.line(&line)?;
        output.flush()?;
    }
    Ok(Answer::No)
}

/// The answer of a plan that must not be done.
fn refused(plan: FixPlan) -> FixAnswer {
    FixAnswer {
        alert: plan.alert,
        remedy: plan.remedy,
        applied: false,
        revision: None,
        detail: plan.plan.plan.refused.clone().unwrap_or_default().into(),
        plan: plan.plan.plan,
        outcome: "refused".into(),
        checked: None,
    }
}

fn say_outcome(answer: &FixAnswer, output: &mut Output, words: Words) -> Result<(), Failure> {
    if let Some(number) = answer.revision {
        let line = words.say("cli-applied", &[("number", number.into())]);
        output.line(&line)?;
    }
    if let Some(checked) = &answer.checked {
        let tone = if checked.works { Tone::Good } else { Tone::Bad };
        let sentence = output.toned(tone, &checked.sentence);
        output.line(&sentence)?;
        for evidence in &checked.evidence {
            output.line(&format!("  - {}", harmless(&evidence.finding, 1000)))?;
        }
    }
    let tone = match answer.outcome.as_str() {
        "helped" => Tone::Good,
        "pending" => Tone::Waiting,
        _ => Tone::Bad,
    };
    let detail = output.toned(tone, &harmless(&answer.detail, 1000));
    output.line(&detail)
}
