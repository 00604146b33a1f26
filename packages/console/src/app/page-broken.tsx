import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { ApiError } from '../api/index.ts';
import { ErrorView } from '../parts/error-view.tsx';

/** Shown instead of a page that could not be loaded or drawn. */
export function PageBroken({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    // modules that failed to load stay so until the next load of the whole page
    if (!(error instanceof ApiError)) return window.location.reload();
    reset();
    void router.invalidate();
  };
  return <ErrorView error={error instanceof Error ? error : new Error(String(error))} onRetry={again} />;
}
