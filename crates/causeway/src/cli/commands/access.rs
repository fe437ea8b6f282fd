//! `causeway mailbox app-password`, `login` and `relay logins`: who gets in.

use causeway_admin::types::{
    CreateApplicationPassword, ReportPopLogin, RevokePopLogins, UnlockLogins,
};
use causeway_model::Address;

use super::super::Answer;
use super::super::arguments::access::{AppPasswordCommand, LoginCommand, PopLoginsCommand};
use super::super::context::Context;
use super::super::failure::Failure;
use super::super::output::{Columns, Tone, Width};
use super::super::words::harmless;

pub(super) async fn app_password(
    command: AppPasswordCommand,
    context: &Context,
) -> Result<Answer, Failure> {
    match command {
        AppPasswordCommand::List { address } => list_app_passwords(&address, context).await,
        AppPasswordCommand::Add { address, name } => {
            add_app_password(&address, name, context).await
        }
        AppPasswordCommand::Revoke { address, name } => {
            let mut client = context.connect().await?;
            let ended = client.revoke_application_password(&address, &name).await?;
            let mut output = context.output();
            if output.is_json() {
                output.json(&ended)?;
                return Ok(Answer::Fine);
            }
            let address = address.to_string();
            let arguments = [("name", harmless(&name, 100).into()), ("address", address.into())];
            output.line(&context.words().say("cli-app-password-revoked", &arguments))?;
            output.flush()?;
            Ok(Answer::Fine)
        }
    }
}

async fn list_app_passwords(address: &Address, context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let passwords = client.application_passwords(address).await?;
    let now = client.clock().await?.now;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&passwords)?;
        return Ok(Answer::Fine);
    }
    if passwords.is_empty() {
        let address = address.to_string();
        output.line(&words.say("cli-no-app-passwords", &[("address", address.into())]))?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-name", Width::Wraps),
            ("cli-head-made", Width::Whole),
            ("cli-head-used", Width::Whole),
            ("cli-head-client", Width::Whole),
            ("cli-head-service", Width::Spare),
        ],
    );
    for password in passwords {
        let (used, client, service) = match password.last_used {
            Some(last) => (words.relative(last.at, now), last.client.to_string(), last.service),
            None => (words.text("cli-never"), "-".into(), "-".into()),
        };
        let cells =
            [password.name, words.relative(password.created_at, now), used, client, service];
        columns.row(cells.map(|text| (text, Tone::Plain)).into());
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

async fn add_app_password(
    address: &Address,
    name: String,
    context: &Context,
) -> Result<Answer, Failure> {
    let request = CreateApplicationPassword { name };
    let made = context.connect().await?.add_application_password(address, &request).await?;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&made)?;
        return Ok(Answer::Fine);
    }
    let arguments =
        [("name", harmless(&made.name, 100).into()), ("address", address.to_string().into())];
    output.line(&words.say("cli-app-password-added", &arguments))?;
    let shown = output.toned(Tone::Strong, made.password.reveal());
    output.line(&words.say("cli-password-shown", &[("password", shown.into())]))?;
    output.flush()?;
    Ok(Answer::Fine)
}

pub(super) async fn login(command: LoginCommand, context: &Context) -> Result<Answer, Failure> {
    match command {
        LoginCommand::Locks => locks(context).await,
        LoginCommand::Unlock(which) => {
            let request = UnlockLogins { user: which.user, address: which.address, all: which.all };
            let ended = context.connect().await?.unlock_logins(&request).await?;
            say_ended("cli-unlocked", ended.ended, context)
        }
    }
}

async fn locks(context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let locks = client.login_locks().await?;
    let now = client.clock().await?.now;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&locks)?;
        return Ok(Answer::Fine);
    }
    if locks.is_empty() {
        output.line(&words.text("cli-no-locks"))?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-user", Width::Wraps),
            ("cli-head-client", Width::Whole),
            ("cli-head-failures", Width::Whole),
            ("cli-head-ends", Width::Whole),
        ],
    );
    for lock in locks {
        let everybody = || words.text("cli-everybody");
        let elsewhere = || words.text("cli-everywhere-else");
        columns.row(vec![
            (lock.user.unwrap_or_else(everybody), Tone::Plain),
            (lock.address.map_or_else(elsewhere, |address| address.to_string()), Tone::Plain),
            (lock.failures.to_string(), Tone::Plain),
            (words.relative(lock.until, now), Tone::Waiting),
        ]);
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

pub(super) async fn pop_logins(
    command: PopLoginsCommand,
    context: &Context,
) -> Result<Answer, Failure> {
    match command {
        PopLoginsCommand::List => list_pop_logins(context).await,
        PopLoginsCommand::Revoke(which) => {
            let request =
                RevokePopLogins { client: which.client, user: which.user, all: which.all };
            let ended = context.connect().await?.revoke_pop_logins(&request).await?;
            say_ended("cli-pop-logins-revoked", ended.ended, context)
        }
        PopLoginsCommand::Report { client: from, user } => {
            let mut client = context.connect().await?;
            let request = ReportPopLogin { client: from, user, at: None };
            let login = client.report_pop_login(&request).await?;
            let now = client.clock().await?.now;
            let (mut output, words) = (context.output(), context.words());
            if output.is_json() {
                output.json(&login)?;
                return Ok(Answer::Fine);
            }
            let arguments = [
                ("client", login.client.to_string().into()),
                ("ends", words.relative(login.until, now).into()),
            ];
            output.line(&words.say("cli-pop-login-reported", &arguments))?;
            output.flush()?;
            Ok(Answer::Fine)
        }
    }
}

async fn list_pop_logins(context: &Context) -> Result<Answer, Failure> {
    let mut client = context.connect().await?;
    let logins = client.pop_logins().await?;
    let now = client.clock().await?.now;
    let (mut output, words) = (context.output(), context.words());
    if output.is_json() {
        output.json(&logins)?;
        return Ok(Answer::Fine);
    }
    if logins.is_empty() {
        output.line(&words.text("cli-no-pop-logins"))?;
        output.flush()?;
        return Ok(Answer::Fine);
    }
    let mut columns = Columns::spoken(
        words,
        &[
            ("cli-head-client", Width::Whole),
            ("cli-head-user", Width::Wraps),
            ("cli-head-since", Width::Spare),
            ("cli-head-ends", Width::Whole),
        ],
    );
    for login in logins {
        let (since, ends) = (words.relative(login.at, now), words.relative(login.until, now));
        let cells = [login.client.to_string(), login.user, since, ends];
        columns.row(cells.map(|text| (text, Tone::Plain)).into());
    }
    output.table(&columns)?;
    Ok(Answer::Fine)
}

/// Says how many came to an end; none is a no.
fn say_ended(key: &str, ended: u64, context: &Context) -> Result<Answer, Failure> {
    let mut output = context.output();
    if output.is_json() {
        output.json(&causeway_admin::types::Ended { ended })?;
    } else {
        output.line(&context.words().say(key, &[("count", ended.into())]))?;
        output.flush()?;
    }
    Ok(if ended > 0 { Answer::Fine } else { Answer::No })
}
