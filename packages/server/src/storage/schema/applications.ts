/** A named group of functions that was made from an application template. Times are ms since the epoch. */
export interface ApplicationTable {
  id: string;
  project_id: string;
  name: string;
  template_id: string;
  description: string;
  /** `creating`, `success` or `failed`. */
  status: string;
  /** Reason of the failure; empty otherwise. */
  message: string;
  created_at: number;
  modified_at: number;
}

/** Which functions belong to an application. */
export interface ApplicationFunctionTable {
  application_id: string;
  function_id: string;
  /** The name of the function in the template. */
  role: string;
}

export interface ApplicationsSchema {
  application: ApplicationTable;
  application_function: ApplicationFunctionTable;
}
