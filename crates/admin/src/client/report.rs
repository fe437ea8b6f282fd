//! The client's methods about returned mail, help pages, and keys for signing.

use causeway_model::QueueId;
use hyper::Method;

use super::{Client, ClientError};
use crate::types::{
    AddSigningKey, FeedbackView, RemoveSigningKeys, ReturnedView, SentAgain, SigningKeyView,
};

impl Client {
    /// What was returned of a message, and whether the cause still holds.
    ///
    /// # Errors
    /// [`ClientError`]; 404 when nothing was, or its time is over.
    pub async fn returned(&mut self, id: QueueId) -> Result<ReturnedView, ClientError> {
        self.get(&format!("/v1/returned/{id}")).await
    }

    /// Sends a returned message again to everybody it was returned for.
    ///
    /// # Errors
    /// [`ClientError`]; 404 as above, 409 when it was sent again before, or not kept.
    pub async fn send_again(&mut self, id: QueueId) -> Result<SentAgain, ClientError> {
        self.send(Method::POST, &format!("/v1/returned/{id}"), None::<&()>).await
    }

    /// What readers thought of the help pages.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn report_feedback(&mut self) -> Result<Vec<FeedbackView>, ClientError> {
        self.get("/v1/report/feedback").await
    }

    /// The keys for signing; with `check`, DNS is asked for their records.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn signing_keys(&mut self, check: bool) -> Result<Vec<SigningKeyView>, ClientError> {
        self.get(if check { "/v1/dkim?check=true" } else { "/v1/dkim" }).await
    }

    /// Makes a key for signing.
    ///
    /// # Errors
    /// [`ClientError`]; 409 when there is one of this name.
    pub async fn add_signing_key(
        &mut self,
        request: &AddSigningKey,
    ) -> Result<SigningKeyView, ClientError> {
        self.send(Method::POST, "/v1/dkim", Some(request)).await
    }

    /// Removes keys for signing; returns them.
    ///
    /// # Errors
    /// [`ClientError`]; 404 when there is none.
    pub async fn remove_signing_keys(
        &mut self,
        request: &RemoveSigningKeys,
    ) -> Result<Vec<SigningKeyView>, ClientError> {
        self.send(Method::DELETE, "/v1/dkim", Some(request)).await
    }
}
