import { type RefObject, useEffect } from 'react';

/** The keyboard reaches a table that is wider than its place, so that the arrow keys scroll it. */
export function useTableScroll(table: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const content = table.current?.querySelector<HTMLElement>('.ant-table-content');
    const inner = content?.firstElementChild;
    if (!content || !inner) return;
    const reach = () => {
      if (content.scrollWidth > content.clientWidth) content.tabIndex = 0;
      else content.removeAttribute('tabindex');
    };
    const observer = new ResizeObserver(reach);
    observer.observe(content);
    observer.observe(inner);
    return () => observer.disconnect();
  });
}
