import { useCallback, useMemo, useState } from 'react';

export function useButton(props) {
  const { onPress, onPressIn, onPressOut, onPressUp, isDisabled, accessibilityRole = 'button' } = props;
  const [isPressed, setPressed] = useState(false);
  const pressIn = useCallback((event) => {
    if (isDisabled) return;
    setPressed(true);
    if (onPressIn) onPressIn(event);
  }, [isDisabled, onPressIn]);
  const pressOut = useCallback((event) => {
    setPressed(false);
    if (onPressOut) onPressOut(event);
    if (onPressUp) onPressUp(event);
  }, [onPressOut, onPressUp]);
  const buttonProps = useMemo(() => ({ onPress, onPressIn: pressIn, onPressOut: pressOut, accessible: true, accessibilityRole, accessibilityState: { disabled: Boolean(isDisabled) } }), [onPress, pressIn, pressOut, accessibilityRole, isDisabled]);
  return { buttonProps, isPressed };
}
