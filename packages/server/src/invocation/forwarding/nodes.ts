export const CALL_PATH = '/calls';
export const SUMMARY_PATH = '/summaries';
