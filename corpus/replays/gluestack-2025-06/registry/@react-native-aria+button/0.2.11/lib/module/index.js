export { useButton } from './useButton';
