/** The folder of its classes, once it was brought. */
export const APACHE_KAFKA: string;
export function bringApacheKafka(): Promise<void>;
