//! `causeway mailbox`.

use causeway_admin::types::{
    ChangeMailbox, ChangePassword, CreateMailbox, MailboxView, MailboxWithPassword,
};
use causeway_model::Address;

use super::super::Answer;
use super::super::arguments::{
    MailboxAddArguments, MailboxCommand, MailboxSetArguments, PasswordArguments,
};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Tone, Width};
use super::super::words::{self, Words};
use super::password;

pub(super) async fn run(command: MailboxCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        MailboxCommand::List => list(context).await,
        MailboxCommand::Add(arguments) => add(arguments, context).await,
        MailboxCommand::Set(arguments) => set(arguments, context).await,
        MailboxCommand::Passwd { address, password } => passwd(address, password, context).await,
        MailboxCommand::AppPassword(command) => super::access::app_password(command, context).await,
        MailboxCommand::Remove { address } => remove(address, context).await,
    }
}

async fn list(context: &Context) -> Result<Answer, Failure> {
    let mailboxes = context.connect().await?.mailboxes().await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&mailboxes)?;
        return Ok(Answer::Fine);
    }
    if mailboxes.is_empty() {
        output.line(&context.words().text("cli-no-mailboxes"))?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let words = context.words();
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-address", Width::Wraps),
            ("cli-head-aliases", Width::Wraps),
            ("cli-head-send-as", Width::Wraps),
            ("cli-head-language", Width::Spare),
            ("cli-head-quota", Width::Whole),
            ("cli-head-forward", Width::Wraps),
            ("cli-head-login", Width::Whole),
        ],
    );
    for mailbox in &mailboxes {
        columns.row(row(mailbox, words));
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

fn row(mailbox: &MailboxView, words: Words) -> Vec<(String, Tone)> {
    let plain = |text: String| (text, Tone::Plain);
    let aliases: Vec<String> = mailbox.aliases.iter().map(ToString::to_string).collect();
    vec![
        plain(mailbox.address.to_string()),
        plain(aliases.join(", ")),
        plain(mailbox.send_as.join(", ")),
        plain(mailbox.language.clone().unwrap_or_default()),
        plain(mailbox.quota.map_or_else(|| "-".into(), words::size)),
        plain(forward_text(mailbox, words)),
        (
            words.yes_no(mailbox.has_password),
            if mailbox.has_password { Tone::Plain } else { Tone::Waiting },
        ),
    ]
}

/// Whom it forwards to, and whether mail is kept as well.
fn forward_text(mailbox: &MailboxView, words: Words) -> String {
    match &mailbox.forward {
        None => "-".into(),
        Some(to) if mailbox.keep_copy => {
            words.say("cli-forward-and-keep", &[("address", to.to_string().into())])
        }
        Some(to) => to.to_string(),
    }
}

async fn add(arguments: MailboxAddArguments, context: &Context) -> Result<Answer, Failure> {
    // Connected first: nobody should type a password only to hear that the server is not there.
    let mut client = context.connect().await?;
    let request = CreateMailbox {
        address: arguments.address,
        password: password::obtain(arguments.password)?,
        aliases: arguments.aliases,
        send_as: arguments.send_as,
        language: arguments.language.map(|language| language.tag().to_owned()),
        quota: arguments.quota,
        forward: arguments.forward,
        keep_copy: arguments.keep_copy,
    };
    let added = client.add_mailbox(&request).await?;
    report(&added, "cli-mailbox-added", context)
}

async fn passwd(
    address: Address,
    arguments: PasswordArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let request = ChangePassword { password: password::obtain(arguments)? };
    let changed = client.change_password(&address, &request).await?;
    report(&changed, "cli-mailbox-password", context)
}

/// A sentence about a mailbox.
fn about(context: &Context, key: &str, mailbox: &MailboxView) -> String {
    context.words().say(key, &[("address", mailbox.address.to_string().into())])
}

/// Says what was done, and shows a password that was made.
fn report(changed: &MailboxWithPassword, done: &str, context: &Context) -> Result<Answer, Failure> {
    let mut output = context.output();
    if output.is_json() {
        output.json(changed)?;
        return Ok(Answer::Fine);
    }
    output.line(&about(context, done, &changed.mailbox))?;
    if let Some(password) = &changed.password {
        let shown = output.toned(Tone::Strong, password.reveal());
        output.line(&context.words().say("cli-password-shown", &[("password", shown.into())]))?;
    }
    output.flush()?;
    Ok(Answer::Fine)
}

async fn set(arguments: MailboxSetArguments, context: &Context) -> Result<Answer, Failure> {
    let address = arguments.address;
    let language = match (arguments.no_language, arguments.language) {
        (true, _) => Some(String::new()),
        (false, language) => language.map(|language| language.tag().to_owned()),
    };
    let quota = if arguments.no_quota { Some(0) } else { arguments.quota };
    let forward = match (arguments.no_forward, arguments.forward) {
        (true, _) => Some(String::new()),
        (false, to) => to.map(|to| to.to_string()),
    };
    let request = ChangeMailbox {
        add_aliases: arguments.aliases,
        remove_aliases: arguments.remove_aliases,
        add_send_as: arguments.send_as,
        remove_send_as: arguments.remove_send_as,
        language,
        quota,
        forward,
        keep_copy: arguments.keep_copy,
    };
    if request == ChangeMailbox::default() {
        return Err(Failure::bad_input(words::NOTHING_TO_SET));
    }
    let changed = context.connect().await?.change_mailbox(&address, &request).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&changed)?;
    } else {
        output.line(&about(context, "cli-mailbox-changed", &changed))?;
        output.flush()?;
    }
    Ok(Answer::Fine)
}

async fn remove(address: Address, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let shown = address.to_string();
    context
        .confirm(&context.words().say("cli-ask-mailbox-remove", &[("address", shown.into())]))?;
    let removed = client.remove_mailbox(&address).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&removed)?;
    } else {
        output.line(&about(context, "cli-mailbox-removed", &removed))?;
        output.flush()?;
    }
    Ok(Answer::Fine)
}
