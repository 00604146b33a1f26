import { useMemo } from 'react';
import { useTexts } from '../../i18n/index.ts';

/** What a screen reader says on the canvas. */
export function useCanvasWords() {
  const { t } = useTexts('flowEditor');
  return useMemo(
    () => ({
      'node.a11yDescription.default': t('canvas.node'),
      'node.a11yDescription.keyboardDisabled': t('canvas.node'),
      'edge.a11yDescription.default': t('canvas.line'),
      'controls.ariaLabel': t('canvas.controls'),
      'controls.zoomIn.ariaLabel': t('canvas.zoomIn'),
      'controls.zoomOut.ariaLabel': t('canvas.zoomOut'),
      'controls.fitView.ariaLabel': t('canvas.fit'),
      'minimap.ariaLabel': t('miniMap'),
      'handle.ariaLabel': t('canvas.handle'),
    }),
    [t],
  );
}
