//! The mail flow: what is in force, why mail goes where it goes, changes, tests.

use causeway_model::config::Language;
use causeway_model::{Address, Domain};
use http_body_util::BodyExt;
use hyper::Method;

use super::{Client, ClientError, encoded, with_query};
use crate::clients::ClientSettings;
use crate::types::{
    ApplyAnswer, ApplyRequest, ConnectorExplanation, ConnectorView, DomainView, FirewallQuery,
    FirewallRule, FlowView, PlanAnswer, Proposal, RelayExplanation, RelayQuestion, RevisionDetail,
    RevisionPage, RevisionQuery, RouteExplanation, RouteQuestion, RunTest, TestLine, TestReport,
    TestStep, ValidateConnector,
};

impl Client {
    /// The accepted domains in force.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn domains(&mut self) -> Result<Vec<DomainView>, ClientError> {
        self.get("/v1/domains").await
    }

    /// What mail programs of a domain's users need to know.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn client_settings(
        &mut self,
        domain: &Domain,
    ) -> Result<ClientSettings, ClientError> {
        self.get(&format!("/v1/domains/{}/clients", encoded(&domain.to_string()))).await
    }

    /// The connectors in force.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn connectors(&mut self) -> Result<Vec<ConnectorView>, ClientError> {
        self.get("/v1/connectors").await
    }

    /// One connector, and how it does.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn connector(&mut self, name: &str) -> Result<ConnectorExplanation, ClientError> {
        self.get(&format!("/v1/connectors/{}", encoded(name))).await
    }

    /// Is it a relay, is it allowed, and why.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn relay_explain(
        &mut self,
        question: &RelayQuestion,
    ) -> Result<RelayExplanation, ClientError> {
        let path = with_query("/v1/relay/explain", question);
        self.get(&path).await
    }

    /// Where a recipient's mail goes, and why.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn route_explain(
        &mut self,
        question: &RouteQuestion,
    ) -> Result<RouteExplanation, ClientError> {
        let path = with_query("/v1/route/explain", question);
        self.get(&path).await
    }

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
        heard: impl FnMut(&TestStep),
    ) -> Result<TestReport, ClientError> {
        let path = format!("/v1/connectors/{}/validate", encoded(name));
        let request = ValidateConnector { to: to.clone(), language: Some(language) };
        self.listen(&path, &request, heard).await
    }

    /// Makes a connectivity test. `heard` is told of every step as it ends.
    ///
    /// # Errors
    /// [`ClientError`]; a test that fails is no error.
    pub async fn run_test(
        &mut self,
        request: &RunTest,
        heard: impl FnMut(&TestStep),
    ) -> Result<TestReport, ClientError> {
        self.listen("/v1/tests", request, heard).await
    }

    /// Begins a test and hears its steps.
    async fn listen(
        &mut self,
        path: &str,
        request: &impl serde::Serialize,
        mut heard: impl FnMut(&TestStep),
    ) -> Result<TestReport, ClientError> {
        let (status, mut body) = self.begin(Method::POST, path, Some(request)).await?;
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
