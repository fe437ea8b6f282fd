//! Returned mail for the API and for pages: what the way out knows, in their words.

use causeway_admin::ControlError;
use causeway_admin::types::{
    CauseState, ReturnedBy, ReturnedRecipientView, ReturnedView, SentAgain, sender_text,
};
use causeway_dispatch::again::{
    CauseStanding, ReturnedMail, ReturnedRecipient, SendAgainError, Which,
};

use super::Server;

fn which(by: &ReturnedBy) -> Which<'_> {
    match by {
        ReturnedBy::Token(token) => Which::Token(token),
        ReturnedBy::Message(id) => Which::Message(*id),
    }
}

/// What was returned, and how it stands.
pub(crate) async fn show(
    server: &Server,
    by: ReturnedBy,
) -> Result<Option<ReturnedView>, ControlError> {
    Ok(server.dispatch.returned(which(&by)).await?.map(view))
}

/// Sends it again.
pub(crate) async fn send_again(server: &Server, by: ReturnedBy) -> Result<SentAgain, ControlError> {
    let instead = || "see `causeway queue returned ID` for how it stands".to_owned();
    match server.dispatch.send_again(which(&by)).await {
        Ok((id, recipients)) => Ok(SentAgain { id, recipients: recipients as u64 }),
        Err(SendAgainError::Store(error)) => Err(error.into()),
        Err(SendAgainError::Nothing) => Err(ControlError::NotFound(
            "returned mail of this name that could be sent again (its time may be over)".into(),
        )),
        Err(error @ SendAgainError::Before(_)) => Err(ControlError::Conflict {
            what: error.to_string(),
            instead: "see what became of that one with `causeway trace show`".into(),
        }),
        Err(error @ SendAgainError::StillHolds) => {
            Err(ControlError::Conflict { what: error.to_string(), instead: instead() })
        }
        Err(error @ SendAgainError::NoContent) => Err(ControlError::Conflict {
            what: error.to_string(),
            instead: "have the sender send it again".into(),
        }),
    }
}

fn view(mail: ReturnedMail) -> ReturnedView {
    ReturnedView {
        id: mail.id,
        sender: sender_text(&mail.sender),
        subject: mail.subject.clone(),
        returned_at: mail.returned_at,
        expires_at: mail.expires_at,
        sent_again_at: mail.sent_again.map(|(at, _)| at),
        sent_again_as: mail.sent_again.map(|(_, id)| id),
        content_kept: mail.has_content,
        can_be_sent: mail.can_be_sent(),
        recipients: mail.recipients.into_iter().map(recipient).collect(),
    }
}

fn recipient(recipient: ReturnedRecipient) -> ReturnedRecipientView {
    let (code, reply) =
        recipient.result.map(|result| (result.code, result.reply)).unwrap_or_default();
    let (cause, seen_at, next_attempt_at) = match recipient.standing {
        CauseStanding::Gone { since } => (CauseState::Gone, since, None),
        CauseStanding::Holds { last, next } => (CauseState::Holds, last, next),
        CauseStanding::InMessage => (CauseState::InMessage, None, None),
        CauseStanding::Refused => (CauseState::Refused, None, None),
        CauseStanding::Unknown => (CauseState::Unknown, None, None),
    };
    ReturnedRecipientView {
        address: recipient.address,
        code,
        reply,
        cause,
        seen_at,
        next_attempt_at,
        worth_trying: recipient.standing.is_worth_trying(),
    }
}
