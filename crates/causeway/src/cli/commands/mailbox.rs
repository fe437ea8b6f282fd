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
use super::super::output::{Columns, Tone};
use super::super::words;
use super::password;

pub(super) async fn run(command: MailboxCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        MailboxCommand::List => list(context).await,
        MailboxCommand::Add(arguments) => add(arguments, context).await,
        MailboxCommand::Set(arguments) => set(arguments, context).await,
        MailboxCommand::Passwd { address, password } => passwd(address, password, context).await,
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
        output.line(words::NO_MAILBOXES)?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns =
        Columns::new(&["ADDRESS", "ALIASES", "SENDS AS", "LANGUAGE", "QUOTA", "LOGIN"]);
    for mailbox in &mailboxes {
        columns.row(row(mailbox));
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

fn row(mailbox: &MailboxView) -> Vec<(String, Tone)> {
    let plain = |text: String| (text, Tone::Plain);
    let aliases: Vec<String> = mailbox.aliases.iter().map(ToString::to_string).collect();
    vec![
        plain(mailbox.address.to_string()),
        plain(aliases.join(", ")),
        plain(mailbox.send_as.join(", ")),
        plain(mailbox.language.clone().unwrap_or_default()),
        plain(mailbox.quota.map_or_else(|| "-".into(), words::size)),
        if mailbox.has_password { plain("yes".into()) } else { ("no".into(), Tone::Waiting) },
    ]
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
    };
    let added = client.add_mailbox(&request).await?;
    report(&added, &format!("Mailbox {} added.", added.mailbox.address), context)
}

async fn passwd(
    address: Address,
    arguments: PasswordArguments,
    context: &Context,
) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let request = ChangePassword { password: password::obtain(arguments)? };
    let changed = client.change_password(&address, &request).await?;
    report(&changed, &format!("{} has a new password.", changed.mailbox.address), context)
}

/// Says what was done, and shows a password that was made.
fn report(changed: &MailboxWithPassword, done: &str, context: &Context) -> Result<Answer, Failure> {
    let mut output = context.output();
    if output.is_json() {
        output.json(changed)?;
        return Ok(Answer::Fine);
    }
    output.line(done)?;
    if let Some(password) = &changed.password {
        let shown = output.toned(Tone::Strong, password.reveal());
        output.line(&format!("Its password is {shown} (shown this once; only a hash is kept)."))?;
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
    let request = ChangeMailbox {
        add_aliases: arguments.aliases,
        remove_aliases: arguments.remove_aliases,
        add_send_as: arguments.send_as,
        remove_send_as: arguments.remove_send_as,
        language,
        quota,
    };
    if request == ChangeMailbox::default() {
        return Err(Failure::bad_input(words::NOTHING_TO_SET));
    }
    let changed = context.connect().await?.change_mailbox(&address, &request).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&changed)?;
    } else {
        output.line(&format!("Mailbox {} changed.", changed.address))?;
        output.flush()?;
    }
    Ok(Answer::Fine)
}

async fn remove(address: Address, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    context.confirm(&format!(
        "Remove the mailbox {address}? Nobody can log in any more, and mail for it is refused; the \
         mail in it stays on disk"
    ))?;
    let removed = client.remove_mailbox(&address).await?;
    let mut output = context.output();
    if output.is_json() {
        output.json(&removed)?;
    } else {
        output.line(&format!("Mailbox {} removed; its mail stays on disk.", removed.address))?;
        output.flush()?;
    }
    Ok(Answer::Fine)
}
