import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ErrorView } from '../parts/error-view.tsx';

/** Shown instead of a page that could not be loaded or drawn. */
export function PageBroken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return <ErrorView error={error instanceof Error ? error : new Error(String(error))} onRetry={again} />;
}
