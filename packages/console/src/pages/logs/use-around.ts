import { useNavigate } from '@tanstack/react-router';
import type { ShownLine } from '../../parts/log-view/index.ts';
import { searchAround } from './around.ts';

/** The lines of the same function or flow around a line, without filters, and the address of that for other people. */
export function useAround() {
  const navigate = useNavigate();
  return {
    show: (line: ShownLine) => void navigate({ to: '.', search: searchAround(line) as never }),
    linkOf: (line: ShownLine) => {
      const { origin, pathname } = window.location;
      return `${origin}${pathname}?${new URLSearchParams(searchAround(line))}`;
    },
  };
}
