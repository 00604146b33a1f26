import ApartmentOutlined from '@ant-design/icons/es/icons/ApartmentOutlined';
import AppstoreOutlined from '@ant-design/icons/es/icons/AppstoreOutlined';
import BranchesOutlined from '@ant-design/icons/es/icons/BranchesOutlined';
import ClockCircleOutlined from '@ant-design/icons/es/icons/ClockCircleOutlined';
import ForkOutlined from '@ant-design/icons/es/icons/ForkOutlined';
import FunctionOutlined from '@ant-design/icons/es/icons/FunctionOutlined';
import PlayCircleOutlined from '@ant-design/icons/es/icons/PlayCircleOutlined';
import RetweetOutlined from '@ant-design/icons/es/icons/RetweetOutlined';
import StopOutlined from '@ant-design/icons/es/icons/StopOutlined';
import WarningOutlined from '@ant-design/icons/es/icons/WarningOutlined';
import type { NodeKind } from '@funcgraph/flow';
import type { ComponentType } from 'react';

export const KIND_ICONS: Readonly<Record<NodeKind, ComponentType>> = {
  start: PlayCircleOutlined,
  end: StopOutlined,
  function: FunctionOutlined,
  subflow: ApartmentOutlined,
  parallel: ForkOutlined,
  condition: BranchesOutlined,
  error: WarningOutlined,
  loop: RetweetOutlined,
  wait: ClockCircleOutlined,
  service: AppstoreOutlined,
};
