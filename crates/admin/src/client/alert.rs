//! Alerts and remedies.

use causeway_model::config::Language;
use hyper::Method;

use super::{Client, ClientError, with_query};
use crate::types::{AlertQuery, AlertView, CloseAlert, FixAnswer, FixPlan, FixQuery, FixRequest};

impl Client {
    /// Alerts, newest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn alerts(&mut self, query: &AlertQuery) -> Result<Vec<AlertView>, ClientError> {
        self.get(&with_query("/v1/alerts", query)).await
    }

    /// One alert.
    ///
    /// # Errors
    /// [`ClientError`]; 404 when there is none.
    pub async fn alert(&mut self, id: u64, language: Language) -> Result<AlertView, ClientError> {
        let query = AlertQuery { language: Some(language), ..AlertQuery::default() };
        self.get(&with_query(&format!("/v1/alerts/{id}"), &query)).await
    }

    /// Closes an alert.
    ///
    /// # Errors
    /// [`ClientError`]; 400 when it is closed already.
    pub async fn close_alert(
        &mut self,
        id: u64,
        request: &CloseAlert,
    ) -> Result<AlertView, ClientError> {
        self.send(Method::POST, &format!("/v1/alerts/{id}/close"), Some(request)).await
    }

    /// What a remedy would do.
    ///
    /// # Errors
    /// [`ClientError`]; 400 when the alert is closed or has no such remedy.
    pub async fn fix_plan(&mut self, id: u64, query: &FixQuery) -> Result<FixPlan, ClientError> {
        self.get(&with_query(&format!("/v1/alerts/{id}/fix"), query)).await
    }

    /// Applies a remedy, and waits a while for what comes of it.
    ///
    /// # Errors
    /// [`ClientError`]; 409 when the mail flow was changed meanwhile.
    pub async fn fix_apply(
        &mut self,
        id: u64,
        request: &FixRequest,
    ) -> Result<FixAnswer, ClientError> {
        self.send(Method::POST, &format!("/v1/alerts/{id}/fix"), Some(request)).await
    }
}
