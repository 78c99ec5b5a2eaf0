"use strict";

Object.defineProperty(exports, "__esModule", {
  value: true
});
exports.useButton = useButton;
var _react = require("react");
function useButton(props) {
  const { onPress, onPressIn, onPressOut, isDisabled, accessibilityRole = 'button' } = props;
  const [isPressed, setPressed] = (0, _react.useState)(false);
  const pressIn = (0, _react.useCallback)(event => {
    if (isDisabled) return;
    setPressed(true);
    if (onPressIn) onPressIn(event);
  }, [isDisabled, onPressIn]);
  const pressOut = (0, _react.useCallback)(event => {
    setPressed(false);
    if (onPressOut) onPressOut(event);
  }, [onPressOut]);
  return { buttonProps: { onPress, onPressIn: pressIn, onPressOut: pressOut, accessible: true, accessibilityRole }, isPressed };
}
