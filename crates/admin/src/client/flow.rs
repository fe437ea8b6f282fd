//! Changes of the mail flow.

use causeway_model::Address;
use causeway_model::config::Language;
use http_body_util::BodyExt;
use hyper::Method;

use super::{Client, ClientError, encoded, with_query};
use crate::types::{
    ApplyAnswer, ApplyRequest, FirewallQuery, FirewallRule, FlowView, PlanAnswer, Proposal,
    RevisionDetail, RevisionPage, RevisionQuery, TestLine, TestReport, TestStep, ValidateConnector,
};

impl Client {
    /// The mail flow in force.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn flow(&mut self) -> Result<FlowView, ClientError> {
        self.get("/v1/flow").await
    }

    /// What a proposal would do.
    ///
    /// # Errors
    /// [`ClientError`]; 400 when the proposed text has errors.
    pub async fn flow_plan(&mut self, proposal: &Proposal) -> Result<PlanAnswer, ClientError> {
        self.send(Method::POST, "/v1/flow/plan", Some(proposal)).await
    }

    /// Puts a proposal in force.
    ///
    /// # Errors
    /// [`ClientError`]; 409 when another revision came between.
    pub async fn flow_apply(&mut self, request: &ApplyRequest) -> Result<ApplyAnswer, ClientError> {
        self.send(Method::POST, "/v1/flow/apply", Some(request)).await
    }

    /// One page of revisions, newest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revisions(&mut self, query: &RevisionQuery) -> Result<RevisionPage, ClientError> {
        let path = with_query("/v1/flow/revisions", query);
        self.get(&path).await
    }

    /// One revision with everything.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revision(&mut self, number: u64) -> Result<RevisionDetail, ClientError> {
        self.get(&format!("/v1/flow/revisions/{number}")).await
    }

    /// Tests a connector with a message to `to`. `heard` is told of every step as it ends.
    ///
    /// # Errors
    /// [`ClientError`]; a test that fails is no error.
    pub async fn validate_connector(
        &mut self,
        name: &str,
        to: &Address,
        language: Language,
        mut heard: impl FnMut(&TestStep),
    ) -> Result<TestReport, ClientError> {
        let path = format!("/v1/connectors/{}/validate", encoded(name));
        let request = ValidateConnector { to: to.clone(), language: Some(language) };
        let (status, mut body) = self.begin(Method::POST, &path, Some(&request)).await?;
        if !status.is_success() {
            let octets = body.collect().await.map_err(|error| self.lost(&error.to_string()))?;
            return self.understood(status, &octets.to_bytes());
        }
        let mut waiting: Vec<u8> = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| self.lost(&error.to_string()))?;
            let Ok(octets) = frame.into_data() else { continue };
            waiting.extend_from_slice(&octets);
            while let Some(end) = waiting.iter().position(|octet| *octet == b'\n') {
                let line: Vec<u8> = waiting.drain(..=end).collect();
                match serde_json::from_slice(&line).map_err(|error| self.not(error))? {
                    TestLine::Step(step) => heard(&step),
                    TestLine::Report(report) => return Ok(report),
                }
            }
        }
        Err(self.lost("the test broke off"))
    }

    /// From which of our addresses to which of theirs mail goes.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn firewall(
        &mut self,
        query: &FirewallQuery,
    ) -> Result<Vec<FirewallRule>, ClientError> {
        let path = with_query("/v1/firewall", query);
        self.get(&path).await
    }
}
