/** What was made from a project file in one stage. */
export interface DeploymentTable {
  project_id: string;
  name: string;
  stage: string;
  /** One more after each change. */
  revision: number;
  /** JSON list, as the API has it. */
  resources: string;
  /** Ms since the epoch. */
  modified_at: number;
}

export interface DeploymentsSchema {
  deployment: DeploymentTable;
}
