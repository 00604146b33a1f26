import { Link, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { type RefObject, useEffect, useRef } from 'react';
import { useTexts } from '../../i18n/index.ts';
import mark from '../../parts/mark.svg';
import { useShortcut } from '../../parts/shortcuts/index.ts';
import type { Place } from './place.ts';

interface Item {
  readonly path: string;
  readonly place: Place;
}

/** The pages that have a place, by heading and in the order of the route table. */
function useItems(): Map<Place['group'], Item[]> {
  const router = useRouter();
  const items = Object.values(router.routesByPath).flatMap(({ fullPath, options }) => {
    const place = options.staticData?.place;
    return place === undefined ? [] : [{ path: fullPath, place }];
  });
  return Map.groupBy(items, ({ place }) => place.group);
}

/** Brings the entry of the page into view where the list is longer than the window. */
function useShownEntry(list: RefObject<HTMLElement | null>): void {
  const path = useLocation({ select: ({ pathname }) => pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address decides which entry is current
  useEffect(() => {
    const { current } = list;
    const entry = current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (!current || !entry) return;
    const { offsetTop: top, offsetHeight: height } = entry;
    const isShown = top >= current.scrollTop && top + height <= current.scrollTop + current.clientHeight;
    if (!isShown) current.scrollTop = top - (current.clientHeight - height) / 2;
  }, [path, list]);
}

export function Navigation({ onLeave }: { onLeave: () => void }) {
  const { t } = useTexts();
  const list = useRef<HTMLElement>(null);
  useShownEntry(list);
  return (
    <nav ref={list} className="navigation" aria-label={t('navigation.label')}>
      <Link className="brand" to="/">
        <img src={mark} alt="" width={26} height={26} />
        <span>Funcgraph</span>
      </Link>
      {[...useItems()].map(([group, items]) => (
        <section key={group ?? ''} aria-label={group && t(`navigation.groups.${group}`)}>
          {group && <h2>{t(`navigation.groups.${group}`)}</h2>}
          <ul>
            {items.map((item) => (
              <NavigationItem key={item.path} {...item} onLeave={onLeave} />
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

function NavigationItem({ path, place: { icon: Icon, label, key }, onLeave }: Item & { onLeave: () => void }) {
  const { t } = useTexts();
  const navigate = useNavigate();
  useShortcut(key === undefined ? '' : `g ${key}`, t(`navigation.${label}`), () => void navigate({ to: path }));
  return (
    <li>
      <Link to={path} onClick={onLeave} activeProps={{ 'aria-current': 'page' }}>
        <Icon aria-hidden />
        <span>{t(`navigation.${label}`)}</span>
      </Link>
    </li>
  );
}
